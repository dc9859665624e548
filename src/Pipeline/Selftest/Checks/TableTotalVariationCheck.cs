using DreamFusion.Kernels.Encode;
using ILGPU;

namespace DreamFusion.Pipeline.Selftest.Checks;

/// <summary>Total variation of the dense levels.</summary>
internal sealed class TableTotalVariationCheck : ISelfCheck
{
    public string Family => "total variation";

    public void Run(SelfCheckRun run)
    {
        // By hand: of eight vertices one is 1, the others 0. Each axis has four differences and one of them is 1, so V = 3/4;
        // dV/dT is 3 · 2/4 there and -2/4 at its three neighbours, entries 1, 2 and 4.
        var cube = new HashGridOptions { LevelCount = 1, FeaturesPerLevel = 1, BaseResolution = 2, PerLevelScale = 1 };
        run.Golden("by hand", [0.75, 1.5, -0.5, -0.5, 0, -0.5, 0, 0, 0], Evaluate(run.Device, cube, [1f, 0f, 0f, 0f, 0f, 0f, 0f, 0f], 1f));

        // Two dense levels and a hashed one, which does not count.
        var options = new HashGridOptions { LevelCount = 3, FeaturesPerLevel = 2, Log2TableSize = 7, BaseResolution = 3, PerLevelScale = 1.6 };
        run.Gradients("", new DifferentiableOperation
        {
            // Quadratic: nothing is truncated.
            Inputs = [new("table", RandomInputs.Uniform(3, new HashGridLayout(options).ParameterCount, -1f, 1f), Step: 0.25f)],
            Forward = (device, x) => [Evaluate(device, options, x[0], 1f)[..1]],
            Backward = (device, x, dLdy) => [Evaluate(device, options, x[0], dLdy[0][0])[1..]],
        });
    }

    /// <summary>V, then the weighted gradient.</summary>
    private static float[] Evaluate(CheckDevice device, HashGridOptions options, float[] table, float weight)
    {
        ArrayView<float> gradient = device.Gradient(table.Length), value = device.Output(1);
        device.Kernels<TableTotalVariation>().ValueAndGradient(options, weight, device.Upload(table), gradient, value);
        return [.. CheckDevice.Read(value), .. CheckDevice.Read(gradient)];
    }
}
