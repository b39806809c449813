"""Makes tests/fixtures/maps_on_scan.json: maps of a crop on the grids of scans in three orientations.

nibabel writes each scan and reads its affine. A voxel's value is found by its place in the patient: from the voxel through
the affine to mm, from there to the resampled grid of 3 x 1 x 1 mm in "LPS" order, whose voxel edges are aligned with the
scan's, to the crop box and to the cells of the map, by SciPy's linear interpolation within the nearest slice.

Ran with numpy 2.4.6, scipy 1.17.1, nibabel 5.4.2, Python 3.11.
Usage: python maps_on_scan.py > ../fixtures/maps_on_scan.json
"""

import base64
import json

import nibabel as nib
import numpy as np
from scipy import ndimage

SPACING = np.array([1.0, 1.0, 3.0])  # along x, y, z
# Of the resampled volume, first and last included.
BOX = {"rows": [3, 13], "columns": [2, 15]}
KEPT = [2, 3, 5]
MAP = (3, 4, 3)


def scan(codes, size, zooms, shear):
    """A scan of these axis codes, its grid a little oblique; axes are those of the file, x first."""
    rng = np.random.default_rng(3)
    hu = rng.integers(-1000, 400, size, dtype=np.int16)
    linear = np.zeros((3, 3))
    for axis, code in enumerate(codes):
        world = "RAS".find(code) if code in "RAS" else "LPI".find(code)
        linear[world, axis] = zooms[axis] * (1 if code in "RAS" else -1)
    turn = np.array([[np.cos(shear), -np.sin(shear), 0], [np.sin(shear), np.cos(shear), 0], [0, 0, 1]])
    affine = np.eye(4)
    affine[:3, :3] = turn @ linear
    affine[:3, 3] = [-31.7, 12.3, -204.6]
    return nib.Nifti1Image(hu, affine)


def on_scan(image, maps):
    """The maps at every voxel of the file, axes as in the file."""
    size = image.shape
    index = np.stack(np.meshgrid(*[np.arange(n) for n in size], indexing="ij"), -1).reshape(-1, 3)
    world = nib.affines.apply_affine(image.affine, index)
    # The scan in "LPS" order: the same voxels by another affine.
    lps = nib.orientations.axcodes2ornt(("L", "P", "S"))
    turned = image.as_reoriented(nib.orientations.ornt_transform(nib.io_orientation(image.affine), lps))
    zooms = np.array(turned.header.get_zooms()[:3], float)
    place = nib.affines.apply_affine(np.linalg.inv(turned.affine), world)
    # Voxel i of the scan reaches from i to i + 1 in units of its size; so does that of the resampled volume.
    x, y, z = ((place + 0.5) * zooms / SPACING).T
    rows, columns = BOX["rows"], BOX["columns"]
    inside = (y >= rows[0]) & (y < rows[1] + 1) & (x >= columns[0]) & (x < columns[1] + 1)
    v = (y - rows[0]) * MAP[1] / (rows[1] - rows[0] + 1) - 0.5
    u = (x - columns[0]) * MAP[2] / (columns[1] - columns[0] + 1) - 0.5
    values = np.zeros(len(index))
    for i, slice_number in enumerate(KEPT):
        here = inside & (np.floor(z + 1e-9) == slice_number)
        values[here] = ndimage.map_coordinates(maps[i], [v[here], u[here]], order=1, mode="nearest")
    return values.reshape(size)


def main():
    maps = np.random.default_rng(5).normal(size=MAP).astype(np.float32)
    cases = []
    for codes, size, zooms, shear in [
        ("LPS", (21, 19, 9), (0.8, 0.8, 2.5), 0),
        ("RAI", (22, 18, 12), (0.9, 0.75, 2.0), 0.05),
        ("SLA", (8, 17, 16), (3.0, 1.1, 1.0), -0.03),
    ]:
        image = scan(codes, size, zooms, shear)
        expected = on_scan(image, maps.astype(float))
        assert np.abs(expected).max() > 0.5 and (expected == 0).mean() > 0.2
        content = image.to_bytes()
        cases.append(
            {
                "codes": codes,
                "file": base64.b64encode(content).decode(),
                "affine": nib.Nifti1Image.from_bytes(content).affine.tolist(),
                # As our arrays are: the last axis of the file first.
                "values": [round(float(v), 6) for v in expected.transpose(2, 1, 0).ravel()],
            }
        )
    given = {"box": BOX, "slices": KEPT, "shape": MAP, "maps": [float(v) for v in maps.ravel()]}
    print(json.dumps({**given, "cases": cases}, separators=(",", ":")))


if __name__ == "__main__":
    main()
