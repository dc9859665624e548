using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Guidance.Onnx;

/// <summary>Whether a model's encoder can be differentiated, without loading it.</summary>
internal static class GradientSupport
{
    /// <summary>Folds and differentiates the encoder of a latent model.</summary>
    /// <param name="model">The model folder.</param>
    /// <returns>Operators between image and latent that have no gradient here, each once; empty if all have.</returns>
    /// <exception cref="InvalidModelException">ONNX Runtime refuses a node, a shape stays open, or the latent's size is not the UNet's.</exception>
    public static IReadOnlyList<string> UnknownOperators(ModelFolder model)
    {
        ForwardGraph forward = EncoderGraph.Of(model, LatentPosterior.Mean).Fold();
        int[] got = forward.Type(forward.Output).Shape;
        int[] expected = [1, model.LatentChannels, model.LatentSize, model.LatentSize];
        if (!got.SequenceEqual(expected))
        {
            throw new InvalidModelException(
                $"{model.VaeEncoder.ModelPath}: an image of {model.ImageSize} by {model.ImageSize} gives a latent [{string.Join(", ", got)}], but the UNet takes [{string.Join(", ", expected)}]. Take all parts from one model.");
        }

        forward.Prune();
        List<string> unknown =
        [
            .. forward.Nodes.Where(n => n.Input.Any(forward.Varies) && n.Output.Any(forward.Varies) && !OperatorGradients.Knows(n))
                .Select(NodeProbe.OperatorOf).Distinct().Order(StringComparer.Ordinal),
        ];
        if (unknown.Count == 0)
        {
            // A known operator may still have an attribute or an operand that is not.
            GraphDifferentiator.Differentiate(forward);
        }

        return unknown;
    }
}
