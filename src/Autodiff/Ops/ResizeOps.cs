using System;
using DreamFusion.Kernels.Image;

namespace DreamFusion.Autodiff.Ops;

/// <summary>Image resizing on the tape; formula in <see cref="BilinearResizeKernels"/>.</summary>
public static class ResizeOps
{
    /// <summary>A row-major image [height · width, channels] resized to [newHeight · newWidth, channels].</summary>
    /// <param name="tape">Tape.</param>
    /// <param name="image">Image.</param>
    /// <param name="height">Its height in pixels.</param>
    /// <param name="width">Its width in pixels.</param>
    /// <param name="newHeight">Height of the result in pixels.</param>
    /// <param name="newWidth">Width of the result in pixels.</param>
    public static Variable Resize(this Tape tape, Variable image, int height, int width, int newHeight, int newWidth)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(image);
        BilinearResize resize = tape.Device.Kernels<BilinearResize>();
        Variable resized = tape.Allocate(newHeight * newWidth, image.Columns, image.RequiresGradient);
        var args = new BilinearResizeKernels.Args
        {
            InputHeight = height,
            InputWidth = width,
            OutputHeight = newHeight,
            OutputWidth = newWidth,
            Channels = image.Columns,
            Input = image.Value,
            Output = resized.Value,
        };
        resize.Forward(args);
        if (resized.RequiresGradient)
        {
            tape.Record("resize", () =>
            {
                if (resized.HasGradient)
                {
                    args.DLdOutput = resized.Gradient;
                    args.DLdInput = image.Gradient;
                    resize.Backward(args);
                }
            });
        }
        return resized;
    }
}
