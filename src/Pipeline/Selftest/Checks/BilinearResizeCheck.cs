using DreamFusion.Kernels.Image;

namespace DreamFusion.Pipeline.Selftest.Checks;

/// <summary>The bilinear resize and its adjoint, up and down.</summary>
internal sealed class BilinearResizeCheck : ISelfCheck
{
    public string Family => "resize";

    public void Run(SelfCheckRun run)
    {
        // PyTorch, documentation of torch.nn.Upsample(scale_factor=2, mode='bilinear').
        double[] expected = [1, 1.25, 1.75, 2, 1.5, 1.75, 2.25, 2.5, 2.5, 2.75, 3.25, 3.5, 3, 3.25, 3.75, 4];
        run.Golden("PyTorch's example", expected, Forward(run.Device, Sizes(2, 2, 4, 4, 1), [1f, 2f, 3f, 4f]), tolerance: 0);
        Variant(run, "up", Sizes(4, 5, 9, 16, 3));
        Variant(run, "down", Sizes(11, 13, 4, 5, 3));
    }

    private static void Variant(SelfCheckRun run, string name, BilinearResizeKernels.Args sizes)
        => run.Gradients(name, new DifferentiableOperation
        {
            // Linear: nothing is truncated, and a wide step loses least to rounding.
            Inputs = [new("image", RandomInputs.Uniform(48, sizes.InputHeight * sizes.InputWidth * sizes.Channels, 0f, 1f), Step: 0.5f)],
            Forward = (device, x) => [Forward(device, sizes, x[0])],
            Backward = (device, x, dLdy) =>
            {
                BilinearResizeKernels.Args args = sizes;
                args.DLdOutput = device.Upload(dLdy[0]);
                args.DLdInput = device.Gradient(x[0].Length);
                device.Kernels<BilinearResize>().Backward(args);
                return [CheckDevice.Read(args.DLdInput)];
            },
        });

    private static float[] Forward(CheckDevice device, BilinearResizeKernels.Args args, float[] input)
    {
        args.Input = device.Upload(input);
        args.Output = device.Output(args.OutputHeight * args.OutputWidth * args.Channels);
        device.Kernels<BilinearResize>().Forward(args);
        return CheckDevice.Read(args.Output);
    }

    private static BilinearResizeKernels.Args Sizes(int height, int width, int newHeight, int newWidth, int channels) => new()
    {
        InputHeight = height,
        InputWidth = width,
        OutputHeight = newHeight,
        OutputWidth = newWidth,
        Channels = channels,
    };
}
