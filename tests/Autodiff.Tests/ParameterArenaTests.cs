using System;
using ILGPU.Runtime;
using Xunit;

namespace DreamFusion.Autodiff.Tests;

public sealed class ParameterArenaTests : IDisposable
{
    private readonly DeviceContext _device = DeviceContext.CreateCpu(1);

    public void Dispose() => _device.Dispose();

    [Fact]
    public void Groups_are_aligned_slices_of_one_buffer()
    {
        using var arena = new ParameterArena(_device.Accelerator, [new ParameterShape("a", 3, 1), new ParameterShape("b", 2, 5)]);
        Assert.Equal(0, arena["a"].Offset);
        Assert.Equal(8, arena["b"].Offset);
        Assert.Equal(24, arena.Length);
        arena["b"].Variable.Value.CopyFromCPU([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        float[] all = new float[arena.Length];
        arena.Values.CopyToCPU(all);
        Assert.Equal(1f, all[8]);
        Assert.Equal(10f, all[17]);
        Assert.Equal(0f, all[18]);
    }

    [Fact]
    public void A_groups_gradient_is_the_arenas()
    {
        using var arena = new ParameterArena(_device.Accelerator, [new ParameterShape("a", 3, 1), new ParameterShape("b", 1, 2)]);
        arena["b"].Variable.Gradient.CopyFromCPU([5f, 6f]);
        float[] all = new float[arena.Length];
        arena.Gradients.CopyToCPU(all);
        Assert.Equal(5f, all[8]);
        Assert.Equal(6f, all[9]);
    }
}
