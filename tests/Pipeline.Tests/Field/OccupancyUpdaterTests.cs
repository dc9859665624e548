using System.Linq;
using DreamFusion.Autodiff;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Configuration.Presets;
using DreamFusion.Pipeline.Field;
using ILGPU;
using ILGPU.Runtime;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Field;

public sealed class OccupancyUpdaterTests
{
    [Fact]
    public void After_the_warm_up_an_update_looks_at_a_quarter_of_the_cells_and_the_occupied_ones()
    {
        (float[] before, float[] subset) = Densities(warmupSteps: 1, threads: 2);
        (float[] same, float[] all) = Densities(warmupSteps: 2, threads: 2);
        Assert.Equal(before, same);
        for (int cell = 0; cell < before.Length; cell++)
        {
            Assert.True(subset[cell] == before[cell] || subset[cell] == all[cell], $"cell {cell}: {before[cell]}, {subset[cell]}, {all[cell]}");
        }
        // A quarter of 512 cells are drawn uniformly, and as many of the 260 or so inside the sphere, which alone hold matter.
        int matter = before.Count(density => density > 0f), seen = before.Zip(subset).Count(cell => cell.First != cell.Second);
        Assert.InRange(matter, 200, 320);
        Assert.InRange(seen, 128, 256);
        Assert.True(seen < before.Zip(all).Count(cell => cell.First != cell.Second));
    }

    [Fact]
    public void An_update_of_a_subset_has_the_same_bits_for_any_thread_count()
    {
        float[] one = Densities(warmupSteps: 1, threads: 1).Second;
        Assert.Equal(one, Densities(warmupSteps: 1, threads: 2).Second);
        Assert.Equal(one, Densities(warmupSteps: 1, threads: 4).Second);
    }

    // The grid's densities after the updates of steps 0 and 1; a decay of 0 makes every look visible.
    private static (float[] First, float[] Second) Densities(int warmupSteps, int threads)
    {
        RunConfiguration configuration = PresetCatalogue.Get("toybox");
        using DeviceContext device = DeviceContext.CreateCpu(threads, assertions: true);
        using var field = new RadianceField(device, FieldOptions.From(configuration.Nerf));
        field.Initialise(5);
        using var updater = new OccupancyUpdater(
            device,
            field,
            configuration.Renderer with { GridResolution = 8, GridDecay = 0f, DensityThreshold = 0f, GridWarmupSteps = warmupSteps },
            seed: 3);
        updater.Update(0);
        float[] first = Read(updater.Grid.Densities);
        Assert.True(updater.OccupiedShare > 0f);
        updater.Update(1);
        return (first, Read(updater.Grid.Densities));
    }

    private static float[] Read(ArrayView<float> view)
    {
        var values = new float[view.Length];
        view.CopyToCPU(values);
        return values;
    }
}
