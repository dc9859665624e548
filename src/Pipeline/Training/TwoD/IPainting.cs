using DreamFusion.Autodiff;
using DreamFusion.Pipeline.Guidance;

namespace DreamFusion.Pipeline.Training.TwoD;

/// <summary>One way to hold a picture while score distillation paints it.</summary>
public interface IPainting
{
    /// <summary>Its name in files and on the screen.</summary>
    string Name { get; }

    /// <summary>Adds dL/dparameters of one step to the gradient of its parameters.</summary>
    /// <param name="device">Where the kernels run.</param>
    /// <param name="texts">The texts of the run.</param>
    /// <param name="draw">What timestep and noise are drawn from.</param>
    /// <returns>Timestep and norm of the guidance's gradient.</returns>
    /// <exception cref="DfkException">The guidance is not finite; exit code 5.</exception>
    GuidanceReport Distill(DeviceContext device, GuidanceTexts texts, SdsStep draw);

    /// <summary>The picture as it is now, as the model sees it.</summary>
    /// <param name="device">Where the kernels run.</param>
    /// <returns>Image [S·S·3], HWC, in [0, 1], S the model's image size.</returns>
    float[] Picture(DeviceContext device);
}
