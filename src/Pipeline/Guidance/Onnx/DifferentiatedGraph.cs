using DreamFusion.Pipeline.Guidance.Onnx.Format;

namespace DreamFusion.Pipeline.Guidance.Onnx;

/// <summary>
/// A graph y = f(x, noise) and its vector-Jacobian product g = (∂f/∂x)ᵀ·ȳ, as two models: the forward one returns y and the
/// activations that the backward one takes, so nothing expensive is computed twice. What is what follows from the order of
/// their inputs and outputs.
/// </summary>
/// <param name="Forward">Inputs: x, then one input of standard normal numbers per node that drew them. Outputs: y, then activations.</param>
/// <param name="Backward">Inputs: ȳ, then values that the forward model takes or returns, by name. Output: g.</param>
internal sealed record DifferentiatedGraph(ModelProto Forward, ModelProto Backward);
