using System;
using System.Linq;
using DreamFusion.Autodiff.Ops;
using DreamFusion.Kernels.Image;
using ILGPU;
using ILGPU.Runtime;
using Xunit;

namespace DreamFusion.Autodiff.Tests;

public sealed class TapeTests : IDisposable
{
    private readonly DeviceContext _device = DeviceContext.CreateCpu(2);

    public void Dispose() => _device.Dispose();

    [Fact]
    public void Closures_run_in_reverse_order_of_recording()
    {
        using var tape = new Tape(_device);
        string order = "";
        tape.Record("first", () => order += "1");
        tape.Record("second", () => order += "2");
        tape.Backward();
        Assert.Equal("21", order);
        Assert.Equal(["first", "second"], tape.Labels);
    }

    [Fact]
    public void Seeds_accumulate_where_a_gradient_already_arrived()
    {
        using var tape = new Tape(_device);
        Variable x = tape.Allocate(2, 2, requiresGradient: true);
        ArrayView<float> seed = tape.Scratch<float>(4);
        seed.CopyFromCPU([1f, 2f, 3f, 4f]);
        tape.Seed(x, seed);
        tape.Seed(x, seed);
        Assert.Equal([2f, 4f, 6f, 8f], Read(x.Gradient));
    }

    // x → features → outputs: gradients injected at two nodes do what each does alone, together.
    [Fact]
    public void A_gradient_can_be_injected_at_any_node()
    {
        float[] middle = Inject(atMiddle: true, atEnd: false), end = Inject(atMiddle: false, atEnd: true), both = Inject(atMiddle: true, atEnd: true);
        Assert.All(middle, g => Assert.NotEqual(0f, g));
        GradientCheck.Require("sum", [.. middle.Zip(end, (m, e) => (double)m + e)], both, 1e-6);
    }

    private float[] Inject(bool atMiddle, bool atEnd)
    {
        using var tape = new Tape(_device);
        ArrayView<float> values = tape.Scratch<float>(6), gradient = tape.Scratch<float>(6), seed = tape.Scratch<float>(12);
        values.CopyFromCPU([0.1f, 0.2f, 0.3f, 0.4f, -0.5f, 0.6f]);
        gradient.MemSetToZero();
        seed.CopyFromCPU([.. Enumerable.Range(1, 12).Select(i => 0.1f * i)]);
        Variable x = new(values, gradient, 2, 3), colours = tape.MapRange(x, ValueRange.Unit, ValueRange.Symmetric);
        Variable image = tape.Resize(colours, 1, 2, 2, 2);
        if (atMiddle)
        {
            tape.Seed(colours, seed.SubView(0, 6));
        }
        if (atEnd)
        {
            tape.Seed(image, seed);
        }
        tape.Backward();
        return Read(x.Gradient);
    }

    [Fact]
    public void A_gradient_is_zero_when_it_is_first_asked_for_even_in_a_reused_buffer()
    {
        for (int round = 0; round < 3; round++)
        {
            using var tape = new Tape(_device);
            Variable x = tape.Allocate(16, 16, requiresGradient: true);
            Assert.All(Read(x.Gradient), value => Assert.Equal(0f, value));
            x.Gradient.CopyFromCPU([.. Enumerable.Repeat(7f, 256)]);
        }
    }

    [Fact]
    public void A_tape_runs_backward_once()
    {
        using var tape = new Tape(_device);
        tape.Backward();
        Assert.Throws<InvalidOperationException>(tape.Backward);
    }

    [Fact]
    public void Steps_of_changing_size_allocate_nothing_after_warm_up()
    {
        void Step(int rows)
        {
            using var tape = new Tape(_device);
            Variable x = tape.Allocate(rows, 12, requiresGradient: true);
            _ = x.Gradient;
            _ = tape.Scratch<int>(rows);
        }

        Step(1000);
        Step(600);
        long bytes = _device.Pool.AllocatedBytes;
        int buffers = _device.Pool.AllocatedBuffers;
        for (int rows = 520; rows < 1020; rows += 7)
        {
            Step(rows);
        }
        Assert.Equal(bytes, _device.Pool.AllocatedBytes);
        Assert.Equal(buffers, _device.Pool.AllocatedBuffers);
    }

    [Fact]
    public void A_tape_that_does_not_record_asks_for_no_gradient()
    {
        using var tape = new Tape(_device, recording: false);
        Variable x = tape.Allocate(1, 1, requiresGradient: true);
        tape.Record("ignored", () => Assert.Fail("must not run"));
        tape.Backward();
        Assert.False(x.RequiresGradient);
        Assert.Throws<InvalidOperationException>(() => x.Gradient);
    }

    [Fact]
    public void A_disposed_tape_refuses_to_hand_out_memory()
    {
        var tape = new Tape(_device);
        tape.Dispose();
        Assert.Throws<ObjectDisposedException>(() => tape.Allocate(1, 1, requiresGradient: false));
    }

    private static float[] Read(ArrayView<float> view)
    {
        float[] values = new float[view.Length];
        view.CopyToCPU(values);
        return values;
    }
}
