"""Makes tests/fixtures/tumour_size.json: volume and largest diameter of random blobs by PyRadiomics' definitions.

The volume is the number of voxels times a voxel's volume (`VoxelVolume`). The diameter is the largest distance of two
vertices of the surface, which lie halfway between a voxel inside and its neighbour outside (`Maximum3DDiameter`). The
vertices are those of scikit-image's marching cubes at 0.5, and SciPy takes all distances.

Ran with Python 3.11.7, numpy 2.4.6, scipy 1.17.1, scikit-image 0.26.0.
Usage: python tumour_size.py > ../fixtures/tumour_size.json
"""

import json

import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.spatial.distance import pdist
from skimage.measure import marching_cubes

cases = []
for seed, shape, spacing in [(1, (5, 7, 9), (3, 1, 1)), (2, (6, 8, 7), (5, 0.8, 0.7)), (3, (4, 10, 12), (1.5, 2, 2))]:
    rng = np.random.default_rng(seed)
    field = gaussian_filter(rng.normal(size=shape), 1)
    mask = (field > np.quantile(field, 0.8)).astype(np.uint8)
    vertices, _, _, _ = marching_cubes(np.pad(mask, 1).astype(float), 0.5, spacing=spacing)
    cases.append(
        {
            "shape": list(shape),
            "spacing": list(spacing),
            "mask": mask.ravel().tolist(),
            "volume": float(mask.sum() * np.prod(spacing) / 1000),
            "diameter": float(pdist(vertices.astype(float)).max()),
        }
    )
print(json.dumps(cases))
