using System;
using DreamFusion.Autodiff;
using DreamFusion.Kernels.Device;
using DreamFusion.Kernels.March;
using DreamFusion.Kernels.Optimize;
using DreamFusion.Pipeline.Field;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Bench.WholeStep;

/// <summary>
/// One whole step of a field, through the product's own code: rays, march, encoding, network, analytic normals, Lambertian shading,
/// composite; an injected image gradient back through all of it, the second-order passes included; Adan over table and network.
/// </summary>
public sealed class FieldStep : IDisposable
{
    public const string OptimizerLabel = "adan";

    private readonly OccupancyUpdater _occupancy;
    private readonly Renderer _renderer;
    private readonly RandomKey _jitter;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _imageGradient;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _state;
    private readonly AdanState _adanState;
    private readonly OptimizerGroup[] _groups;
    private int _step;

    public FieldStep(int threads, KernelChoice choice)
    {
        Device = DeviceContext.CreateCpu(threads, choice: choice);
        Field = new RadianceField(Device, FieldOptions.From(FieldStepScene.Nerf));
        Field.Initialise(FieldStepScene.Seed);
        _occupancy = new OccupancyUpdater(Device, Field, FieldStepScene.Renderer, FieldStepScene.Seed);
        _occupancy.Update(0);
        _renderer = new Renderer(Field, _occupancy);
        (March, _jitter) = FieldStepScene.FindMarch(Device, _renderer, _occupancy.Grid);
        _imageGradient = Device.Accelerator.Allocate1D(FieldStepScene.ImageGradient());
        long length = Field.Parameters.Length;
        _state = Device.Accelerator.Allocate1D<float>(4 * length);
        _state.MemSetToZero();
        ArrayView<float> state = _state.View.BaseView;
        _adanState = new AdanState(
            state.SubView(0, length), state.SubView(length, length), state.SubView(2 * length, length), state.SubView(3 * length, length));
        ParameterGroup table = Field.Parameters[RadianceField.TableName];
        ParameterGroup network = Field.Parameters[RadianceField.NetworkName];
        _groups =
        [
            new OptimizerGroup(table.Offset, table.Length, FieldStepScene.TableLearningRate),
            new OptimizerGroup(network.Offset, network.Length, FieldStepScene.NetworkLearningRate),
        ];
    }

    public DeviceContext Device { get; }

    public RadianceField Field { get; }

    /// <summary>The march that gives <see cref="FieldStepScene.SampleCount"/> samples.</summary>
    public RayMarchOptions March { get; }

    /// <summary>Share of the occupancy grid's cells that are marched.</summary>
    public float OccupiedShare => _occupancy.OccupiedShare;

    /// <summary>One step.</summary>
    /// <param name="inspect">Sees the view and the gradients before the optimiser takes them.</param>
    public OptimizerReport Run(Action<RenderedView>? inspect = null)
    {
        using var tape = new Tape(Device);
        RenderedView view = _renderer.Render(
            tape, FieldStepScene.Camera, FieldStepScene.ImageSize, FieldStepScene.ImageSize, FieldStepScene.Shading, March, _jitter);
        tape.Backward(view.Image, _imageGradient.View.BaseView);
        inspect?.Invoke(view);
        Device.Profiler?.Start();
        OptimizerReport report = Device.Kernels<Adan>().Step(
            FieldStepScene.Adan, _groups, ++_step, Field.Parameters.Values, Field.Parameters.Gradients, _adanState);
        Device.Profiler?.Lap(OptimizerLabel, TapePass.Update);
        return report;
    }

    public void Dispose()
    {
        _state.Dispose();
        _imageGradient.Dispose();
        _occupancy.Dispose();
        Field.Dispose();
        Device.Dispose();
    }
}
