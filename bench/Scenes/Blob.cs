using DreamFusion.Bench.HostTwins;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.March;
using ILGPU;

namespace DreamFusion.Bench.Scenes;

/// <summary>A ball around the origin as an occupancy grid sees it.</summary>
/// <param name="Radius">Radius, world units.</param>
public readonly record struct Blob(float Radius)
{
    /// <summary>
    /// A grid whose cells hold the ball. A cell is occupied if the centre of the cell of side <paramref name="grain"/> around its own centre lies in
    /// the ball; grids of one grain then have the same occupied space, whatever their cells and cascades.
    /// </summary>
    public OccupancyGridBuffers Grid(TwinDevices devices, OccupancyGridOptions options, float grain)
    {
        var grid = new OccupancyGridBuffers(devices.Portable.Accelerator, options with { DensityThreshold = 0.5f, ThresholdByMean = false });
        var densities = new float[options.CellCount];
        for (int cell = 0; cell < densities.Length; cell++)
        {
            int cascade = cell / options.CellsPerCascade;
            uint code = (uint)(cell % options.CellsPerCascade);
            float half = Cascades.HalfSide(cascade, options.CascadeCount, options.Bound);
            float side = 2f * half / options.Resolution;
            var centre = new Float3(
                Snap((Morton.Decode(code, 0) + 0.5f) * side - half, grain),
                Snap((Morton.Decode(code, 1) + 0.5f) * side - half, grain),
                Snap((Morton.Decode(code, 2) + 0.5f) * side - half, grain));
            densities[cell] = centre.Length < Radius ? 1f : 0f;
        }

        ArrayView<float> view = devices.Upload(densities);
        OccupancyGrid kernels = devices.Portable.Kernels<OccupancyGrid>();
        kernels.Fold(grid, 0, view);
        kernels.Rebuild(grid);
        return grid;
    }

    private static float Snap(float x, float grain) => (System.MathF.Floor(x / grain) + 0.5f) * grain;
}
