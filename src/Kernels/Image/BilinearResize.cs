using System;
using DreamFusion.Kernels.Device;
using ILGPU;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Image;

/// <summary>
/// Bilinear resize with the pixel-centre convention (PyTorch's align_corners = false, no antialiasing).
/// <code>
/// s = max(0, (x + ½) W_in / W_out - ½)      x0 = ⌊s⌋      x1 = min(x0 + 1, W_in - 1)      λ = s - x0
/// out = Σ over rows and columns of (1 - λ or λ) in      dL/din[p] = Σ over the outputs q that read p of weight(q, p) dL/dout[q]
/// </code>
/// The backward is the exact adjoint in gather form: every input pixel collects from the outputs that read it, with the weights
/// of the forward pass, so no two work items write one address. Source: the definition above; linear, so nothing is saved.
/// </summary>
public static class BilinearResizeKernels
{
    /// <summary>Device arguments. Images are row-major [height, width, channels].</summary>
    public struct Args
    {
        /// <summary>Height of the input image.</summary>
        public int InputHeight;

        /// <summary>Width of the input image.</summary>
        public int InputWidth;

        /// <summary>Height of the output image.</summary>
        public int OutputHeight;

        /// <summary>Width of the output image.</summary>
        public int OutputWidth;

        /// <summary>Channels of both images.</summary>
        public int Channels;

        /// <summary>Input image; read by <see cref="Forward"/>.</summary>
        public ArrayView<float> Input;

        /// <summary>Output image; overwritten by <see cref="Forward"/>.</summary>
        public ArrayView<float> Output;

        /// <summary>dL/doutput; read by <see cref="Backward"/>.</summary>
        public ArrayView<float> DLdOutput;

        /// <summary>dL/dinput; accumulated into (<c>+=</c>) by <see cref="Backward"/>.</summary>
        public ArrayView<float> DLdInput;
    }

    /// <summary>Computes one value of the output image.</summary>
    public static void Forward(Index1D i, Args a)
    {
        int channel = i % a.Channels;
        int column = i / a.Channels % a.OutputWidth;
        int row = i / a.Channels / a.OutputWidth;
        Tap y = Source(row, a.InputHeight, a.OutputHeight);
        Tap x = Source(column, a.InputWidth, a.OutputWidth);
        float top = Row(y.First, x, channel, a);
        float bottom = Row(Next(y.First, a.InputHeight), x, channel, a);
        a.Output[i] = top + y.Fraction * (bottom - top);
    }

    /// <summary>Collects the gradient of one value of the input image.</summary>
    public static void Backward(Index1D i, Args a)
    {
        int channel = i % a.Channels;
        int column = i / a.Channels % a.InputWidth;
        int row = i / a.Channels / a.InputWidth;
        int lastRow = LastReader(row, a.InputHeight, a.OutputHeight);
        int lastColumn = LastReader(column, a.InputWidth, a.OutputWidth);
        int firstColumn = FirstReader(column, a.InputWidth, a.OutputWidth);
        float sum = 0f;
        for (int outputRow = FirstReader(row, a.InputHeight, a.OutputHeight); outputRow <= lastRow; outputRow++)
        {
            float rowWeight = Weight(outputRow, row, a.InputHeight, a.OutputHeight);
            float rowSum = 0f;
            for (int outputColumn = firstColumn; outputColumn <= lastColumn; outputColumn++)
            {
                rowSum += Weight(outputColumn, column, a.InputWidth, a.OutputWidth)
                    * a.DLdOutput[(outputRow * a.OutputWidth + outputColumn) * a.Channels + channel];
            }
            sum += rowWeight * rowSum;
        }
        a.DLdInput[i] += sum;
    }

    private static float Row(int row, Tap x, int channel, in Args a)
    {
        float left = a.Input[(row * a.InputWidth + x.First) * a.Channels + channel];
        float right = a.Input[(row * a.InputWidth + Next(x.First, a.InputWidth)) * a.Channels + channel];
        return left + x.Fraction * (right - left);
    }

    // Where an output pixel's centre falls among the input pixels' centres, along one axis: s = numerator / denominator in
    // integers, because a float s loses the bits of λ that x0 takes up.
    private static Tap Source(int output, int inputSize, int outputSize)
    {
        int numerator = (2 * output + 1) * inputSize - outputSize;
        int denominator = 2 * outputSize;
        if (numerator <= 0)
        {
            return default;
        }
        int first = numerator / denominator;
        return first >= inputSize - 1
            ? new Tap { First = inputSize - 1 }
            : new Tap { First = first, Fraction = (float)(numerator - first * denominator) / denominator };
    }

    private static int Next(int index, int size) => index + 1 < size ? index + 1 : index;

    // The share of input pixel `input` in output pixel `output`, along one axis.
    private static float Weight(int output, int input, int inputSize, int outputSize)
    {
        Tap tap = Source(output, inputSize, outputSize);
        float weight = tap.First == input ? 1f - tap.Fraction : 0f;
        return Next(tap.First, inputSize) == input ? weight + tap.Fraction : weight;
    }

    // Readers of input pixel p have s in (p - 1, p + 1); one more on either side makes rounding harmless, its weight is 0.
    private static int FirstReader(int input, int inputSize, int outputSize)
    {
        int first = (int)((input - 0.5f) * ((float)outputSize / inputSize) - 0.5f) - 1;
        return input == 0 || first < 0 ? 0 : first;
    }

    private static int LastReader(int input, int inputSize, int outputSize)
    {
        int last = (int)((input + 1.5f) * ((float)outputSize / inputSize) - 0.5f) + 1;
        return input == inputSize - 1 || last >= outputSize ? outputSize - 1 : last;
    }

    // x0 and λ.
    private struct Tap
    {
        public int First;
        public float Fraction;
    }
}

/// <summary>Launcher of <see cref="BilinearResizeKernels"/>.</summary>
public sealed class BilinearResize : IKernelFamily<BilinearResize>
{
    // Twice the product of two sides has to fit an int.
    private const int MaxSide = 16384;

    private readonly Action<Index1D, BilinearResizeKernels.Args> _forward;
    private readonly Action<Index1D, BilinearResizeKernels.Args> _backward;

    private BilinearResize(Accelerator accelerator)
    {
        _forward = accelerator.LoadAutoGroupedStreamKernel<Index1D, BilinearResizeKernels.Args>(BilinearResizeKernels.Forward);
        _backward = accelerator.LoadAutoGroupedStreamKernel<Index1D, BilinearResizeKernels.Args>(BilinearResizeKernels.Backward);
    }

    /// <inheritdoc/>
    public static BilinearResize Load(Accelerator accelerator) => new(accelerator);

    /// <summary>Resizes <see cref="BilinearResizeKernels.Args.Input"/> into the output.</summary>
    /// <exception cref="ArgumentException">A size or length does not fit.</exception>
    public void Forward(in BilinearResizeKernels.Args args)
    {
        Check("input", args.Input.Length, args.InputHeight, args.InputWidth, args.Channels);
        Check("output", args.Output.Length, args.OutputHeight, args.OutputWidth, args.Channels);
        _forward(args.Output.IntLength, args);
    }

    /// <summary>Accumulates the adjoint of the resize into dL/dinput.</summary>
    /// <exception cref="ArgumentException">A size or length does not fit.</exception>
    public void Backward(in BilinearResizeKernels.Args args)
    {
        Check("input gradient", args.DLdInput.Length, args.InputHeight, args.InputWidth, args.Channels);
        Check("output gradient", args.DLdOutput.Length, args.OutputHeight, args.OutputWidth, args.Channels);
        _backward(args.DLdInput.IntLength, args);
    }

    private static void Check(string name, long length, int height, int width, int channels)
    {
        if (height < 1 || width < 1 || channels < 1 || height > MaxSide || width > MaxSide)
        {
            throw new ArgumentException($"Resize: {name} of {width}x{height} with {channels} channels; sides must lie in [1, {MaxSide}], channels be at least 1.");
        }
        if (length != (long)height * width * channels || length > int.MaxValue)
        {
            throw new ArgumentException($"Resize: {name} of {width}x{height} with {channels} channels needs {(long)height * width * channels} values (at most {int.MaxValue}), got {length}.");
        }
    }
}
