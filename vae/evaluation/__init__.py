"""What a trained model is worth: bounds, scores, findings."""
