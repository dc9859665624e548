using System;
using DreamFusion.Kernels.Device;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Image;

/// <summary>An interval of values, from <paramref name="Low"/> to <paramref name="High"/>, which differ.</summary>
/// <param name="Low">Lower end; finite.</param>
/// <param name="High">Upper end; finite.</param>
public readonly record struct ValueRange(float Low, float High)
{
    /// <summary>Colours and opacities, [0, 1].</summary>
    public static ValueRange Unit { get; } = new(0f, 1f);

    /// <summary>What diffusion models take and components of unit vectors have, [-1, 1].</summary>
    public static ValueRange Symmetric { get; } = new(-1f, 1f);
}

/// <summary>
/// Maps values from one range to another, linearly and without clamping: images [0, 1] to the encoder's [-1, 1] and back, normals
/// [-1, 1] to colours.
/// <code>
/// s = (High' - Low') / (High - Low)      y = s x + (Low' - s Low)      dL/dx += s dL/dy
/// </code>
/// Source: the definition; x → 2x - 1 before the VAE encoder in Rombach et al. 2022's code. Linear, so nothing is saved.
/// </summary>
public static class RangeMapKernels
{
    /// <summary>Device arguments. N values.</summary>
    public struct Args
    {
        /// <summary>x [N]; read by <see cref="Forward"/>.</summary>
        public ArrayView<float> Input;

        /// <summary>y [N]; overwritten by <see cref="Forward"/>.</summary>
        public ArrayView<float> Output;

        /// <summary>dL/dy [N]; read by <see cref="Backward"/>.</summary>
        public ArrayView<float> DLdOutput;

        /// <summary>dL/dx [N]; accumulated into (<c>+=</c>) by <see cref="Backward"/>.</summary>
        public ArrayView<float> DLdInput;

        /// <summary>s.</summary>
        public float Scale;

        /// <summary>Low' - s Low.</summary>
        public float Offset;
    }

    /// <summary>One value.</summary>
    public static void Forward(Index1D i, Args a) => a.Output[i] = a.Scale * a.Input[i] + a.Offset;

    /// <summary>The gradient of one value.</summary>
    public static void Backward(Index1D i, Args a) => a.DLdInput[i] += a.Scale * a.DLdOutput[i];
}

/// <summary>Launcher of <see cref="RangeMapKernels"/>.</summary>
public sealed class RangeMap : IKernelFamily<RangeMap>
{
    private readonly Action<Index1D, RangeMapKernels.Args> _forward;
    private readonly Action<Index1D, RangeMapKernels.Args> _backward;

    private RangeMap(Accelerator accelerator)
    {
        _forward = accelerator.LoadAutoGroupedStreamKernel<Index1D, RangeMapKernels.Args>(RangeMapKernels.Forward);
        _backward = accelerator.LoadAutoGroupedStreamKernel<Index1D, RangeMapKernels.Args>(RangeMapKernels.Backward);
    }

    /// <inheritdoc/>
    public static RangeMap Load(Accelerator accelerator) => new(accelerator);

    /// <summary>Maps every value.</summary>
    /// <param name="from">Range of the input.</param>
    /// <param name="to">Range of the output.</param>
    /// <param name="input">x [N].</param>
    /// <param name="output">y [N]; overwritten.</param>
    public void Forward(ValueRange from, ValueRange to, ArrayView<float> input, ArrayView<float> output)
    {
        RangeMapKernels.Args args = Bind(from, to, input.Length, output.Length);
        args.Input = input;
        args.Output = output;
        if (input.Length > 0)
        {
            _forward(input.IntLength, args);
        }
    }

    /// <summary>dL/dx += s dL/dy.</summary>
    /// <param name="from">Range of the input.</param>
    /// <param name="to">Range of the output.</param>
    /// <param name="dLdOutput">dL/dy [N].</param>
    /// <param name="dLdInput">dL/dx [N]; accumulated.</param>
    public void Backward(ValueRange from, ValueRange to, ArrayView<float> dLdOutput, ArrayView<float> dLdInput)
    {
        RangeMapKernels.Args args = Bind(from, to, dLdInput.Length, dLdOutput.Length);
        args.DLdOutput = dLdOutput;
        args.DLdInput = dLdInput;
        if (dLdInput.Length > 0)
        {
            _backward(dLdInput.IntLength, args);
        }
    }

    private static RangeMapKernels.Args Bind(ValueRange from, ValueRange to, long inputs, long outputs)
    {
        if (!(float.IsFinite(from.Low) && float.IsFinite(from.High) && from.Low != from.High && float.IsFinite(to.Low) && float.IsFinite(to.High)))
        {
            throw new ArgumentException($"Range map: from [{from.Low}, {from.High}] to [{to.Low}, {to.High}]; all ends must be finite and the first two must differ.");
        }
        if (inputs != outputs)
        {
            throw new ArgumentException($"Range map: expected {inputs} outputs, got {outputs}; allocate them like the inputs.");
        }
        float scale = (to.High - to.Low) / (from.High - from.Low);
        return new RangeMapKernels.Args { Scale = scale, Offset = to.Low - scale * from.Low };
    }
}
