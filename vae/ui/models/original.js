// What stands beside a reconstruction.

/**
 * The key of its caption, with "_alt" that of its description: an image, the decoded code of one that is missing, or a draw from
 * the prior.
 */
export const originalOf = ({missing, drawn}) => (drawn ? 'inspector.drawn' : missing ? 'inspector.stored' : 'inspector.original');
