"""A moment of a model that lies on a device: what is measured of it comes to the processor first."""

import pytest
import torch

from vae.live.moment_maker import MomentMaker
from vae.live.moments import read_codes


class OnDevice(torch.Tensor):
    """Stands in for a tensor on a GPU: all that is computed from one is another, and none is an array before `cpu`."""

    def __array__(self, *args, **kwargs):
        raise TypeError("can't convert cuda:0 device type tensor to numpy")

    def numpy(self, **kwargs):
        return self.__array__()

    def cpu(self, *args, **kwargs):
        return self.as_subclass(torch.Tensor)


class ImagesOnDevice:
    """A data set whose batches lie on the device."""

    def __init__(self, images):
        self._images = images

    def batch(self, rows, device):
        return self._images.batch(rows, device).as_subclass(OnDevice)


def moment(state, test, gallery, folder):
    folder.mkdir()
    maker = MomentMaker(state, test, gallery, folder)
    maker.begin(state, 40.0)
    return maker.collect(wait=True)


def test_a_moment_on_a_device_is_that_of_the_processor(fresh, tmp_path):
    state, _, test, gallery = fresh()
    with pytest.raises(TypeError, match="cuda"):
        OnDevice([1.0]).exp().numpy()
    here = moment(state, test, gallery, tmp_path / "here")
    there = moment(state, ImagesOnDevice(test), gallery, tmp_path / "there")
    assert there == here and type(there.active) is int
    assert here.active == sum(kl >= 0.1 for kl in here.kl)
    codes = [read_codes(tmp_path / name, 0) for name in ("here", "there")]
    assert (codes[0] == codes[1]).all()
