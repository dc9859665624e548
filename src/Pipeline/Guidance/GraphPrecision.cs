using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Configuration;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Guidance;

/// <summary>Compares the width that a configuration expects of the model's numbers (<c>guidance.precision</c>) with what its graphs have.</summary>
public static class GraphPrecision
{
    /// <summary>A warning for each part of the model with another width; none under <see cref="GuidancePrecision.Auto"/>.</summary>
    /// <param name="expected">The expectation.</param>
    /// <param name="model">The model.</param>
    public static IReadOnlyList<string> Notes(GuidancePrecision expected, ModelFolder model)
    {
        TensorElement? wanted = expected switch
        {
            GuidancePrecision.Half => TensorElement.Float16,
            GuidancePrecision.Full => TensorElement.Float32,
            GuidancePrecision.BFloat16 => TensorElement.BFloat16,
            _ => null,
        };
        ModelPart[] parts = model.Kind == ModelKind.LatentSpace ? [model.TextEncoder, model.Unet, model.VaeEncoder] : [model.TextEncoder, model.Unet];
        return wanted is null
            ? []
            :
            [
                .. parts
                    .Select(part => (part.Name, Width: part.Signature.Outputs.First(output => output.IsFloat).Element))
                    .Where(part => part.Width != wanted)
                    .Select(part => $"guidance.precision asks for {Name(wanted.Value)}, but the graph of the {part.Name} has {Name(part.Width)}; the graph decides."),
            ];
    }

    private static string Name(TensorElement element) => element.ToString().ToLowerInvariant();
}
