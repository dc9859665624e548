using System;
using System.Collections.Generic;

namespace DreamFusion.Pipeline.Guidance.Onnx.Gradients;

/// <summary>An elementwise function of its first input: dL/dx = g·f'(x).</summary>
internal sealed class UnaryGradient : IOperatorGradient
{
    private readonly Func<BackwardNode, string> _derivative;

    private UnaryGradient(string operatorType, Func<BackwardNode, string> derivative)
    {
        Operators = [operatorType];
        _derivative = derivative;
    }

    /// <summary>All elementwise functions, each with its derivative f'(x), written in x or in y = f(x).</summary>
    public static IEnumerable<IOperatorGradient> All { get; } =
    [
        new UnaryGradient("Neg", n => n.Number(-1)),
        new UnaryGradient("Abs", n => n.Emit("Sign", [n.Input(0)])),
        // y(1 - y)
        new UnaryGradient("Sigmoid", n => n.Mul(n.Output(), n.Sub(n.Number(1), n.Output()))),
        // 1 - y²
        new UnaryGradient("Tanh", n => n.Sub(n.Number(1), n.Mul(n.Output(), n.Output()))),
        // 2/√π·exp(-x²)
        new UnaryGradient("Erf", n => n.Mul(n.Number(2 / Math.Sqrt(Math.PI)), n.Emit("Exp", [n.Neg(n.Mul(n.Input(0), n.Input(0)))]))),
        new UnaryGradient("Exp", n => n.Output()),
        new UnaryGradient("Log", n => n.Emit("Reciprocal", [n.Input(0)])),
        // 1/(2y)
        new UnaryGradient("Sqrt", n => n.Div(n.Number(0.5), n.Output())),
        // -y²
        new UnaryGradient("Reciprocal", n => n.Neg(n.Mul(n.Output(), n.Output()))),
        new UnaryGradient("Relu", n => n.Emit("Where", [n.Emit("Greater", [n.Input(0), n.Number(0)]), n.Number(1), n.Number(0)])),
        new UnaryGradient(
            "LeakyRelu", n => n.Emit("Where", [n.Emit("Less", [n.Input(0), n.Number(0)]), n.Number(n.Node.Number("alpha", 0.01f)), n.Number(1)])),
        new UnaryGradient("Softplus", n => n.Emit("Sigmoid", [n.Input(0)])),
        // 1 where the bounds left x alone, the bounds themselves included.
        new UnaryGradient("Clip", n => n.Emit("Where", [n.Emit("Equal", [n.Input(0), n.Output()]), n.Number(1), n.Number(0)])),
        new UnaryGradient("Gelu", n => n.Node.Text("approximate", "none") == "tanh" ? GeluByTanh(n) : Gelu(n)),
    ];

    /// <inheritdoc/>
    public IReadOnlyList<string> Operators { get; }

    /// <inheritdoc/>
    public void Differentiate(BackwardNode node) => node.Accumulate(0, node.Mul(node.OutputGradient, _derivative(node)));

    // y = x·Φ(x): Φ(x) + x·φ(x), Φ(x) = (1 + erf(x/√2))/2, φ(x) = exp(-x²/2)/√(2π).
    private static string Gelu(BackwardNode n)
    {
        string x = n.Input(0);
        string erf = n.Emit("Erf", [n.Mul(x, n.Number(Math.Sqrt(0.5)))]);
        string distribution = n.Mul(n.Number(0.5), n.Sum(erf, n.Number(1)));
        string density = n.Mul(n.Number(1 / Math.Sqrt(2 * Math.PI)), n.Emit("Exp", [n.Mul(n.Number(-0.5), n.Mul(x, x))]));
        return n.Sum(distribution, n.Mul(x, density));
    }

    // y = x(1 + tanh u)/2, u = √(2/π)(x + c·x³), c = 0.044715: (1 + tanh u)/2 + x/2·(1 - tanh² u)·√(2/π)(1 + 3c·x²).
    private static string GeluByTanh(BackwardNode n)
    {
        const double Cubic = 0.044715;
        string x = n.Input(0);
        string square = n.Mul(x, x);
        string factor = n.Number(Math.Sqrt(2 / Math.PI));
        string tanh = n.Emit("Tanh", [n.Mul(factor, n.Mul(x, n.Sum(n.Number(1), n.Mul(n.Number(Cubic), square))))]);
        string inner = n.Mul(factor, n.Sum(n.Number(1), n.Mul(n.Number(3 * Cubic), square)));
        string outer = n.Mul(n.Mul(x, n.Sub(n.Number(1), n.Mul(tanh, tanh))), inner);
        return n.Mul(n.Number(0.5), n.Sum(n.Sum(n.Number(1), tanh), outer));
    }
}
