using System;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Guidance.Bound;

/// <summary>An <see cref="ImageEncoder"/> for an image in the memory that kernels and ONNX Runtime share: image to y with z = s·y, and dL/dz back to dL/dx.</summary>
internal abstract class BoundEncoder : IDisposable
{
    /// <summary>Name of the image x [S, S, 3] among the values of a step.</summary>
    public const string Image = "image";

    /// <summary>Name of dL/dz [1, C, h, w].</summary>
    public const string Gradient = "gradient";

    /// <summary>Name of the factor of the image's gradient.</summary>
    public const string Weight = "weight";

    /// <summary>Name of weight·dL/dx [S, S, 3], whose memory is there.</summary>
    public const string Target = "target";

    /// <summary>Type of y.</summary>
    public abstract TensorType Encoded { get; }

    /// <summary>s.</summary>
    public abstract float Scale { get; }

    /// <summary>The counterpart of an encoder.</summary>
    /// <param name="model">The model folder.</param>
    /// <param name="encoder">The encoder, whose graphs are on the shared memory's device; not owned.</param>
    /// <param name="device">Where the graphs between run.</param>
    /// <param name="memory">The shared memory; not owned.</param>
    public static BoundEncoder Of(ModelFolder model, ImageEncoder encoder, GuidanceDevice device, GuidanceMemory memory) => encoder switch
    {
        VaeEncoder vae => new BoundVaeEncoder(model, vae, device, memory),
        LinearEncoder linear => new BoundLinearEncoder(model, linear.Map, device, memory),
        PixelEncoder => new BoundPixelEncoder(model, device, memory),
        _ => throw new ArgumentOutOfRangeException(nameof(encoder), encoder, "No encoder of that kind."),
    };

    /// <summary>Image to y.</summary>
    /// <param name="values">Holds the image; gets y and what the way back needs.</param>
    /// <param name="step">What a draw from the posterior is keyed by.</param>
    /// <returns>Name of y among them.</returns>
    public abstract string Encode(BoundValues values, SdsStep step);

    /// <summary>dL/dz to weight·dL/dx.</summary>
    /// <param name="values">What <see cref="Encode"/> left, with gradient, weight and target.</param>
    /// <param name="largest">Largest absolute value of dL/dz.</param>
    /// <returns>Norm of dL/dx, without the weight.</returns>
    public abstract double Back(BoundValues values, float largest);

    /// <inheritdoc/>
    public abstract void Dispose();
}
