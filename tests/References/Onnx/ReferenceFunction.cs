using System;
using System.Collections.Generic;

namespace DreamFusion.References.Onnx;

/// <summary>Elementwise functions of one argument in double precision, each with its derivative.</summary>
internal static class ReferenceFunction
{
    private static readonly double _rootOfHalf = Math.Sqrt(0.5);
    private static readonly double _rootOfTwoOverPi = Math.Sqrt(2 / Math.PI);

    private static readonly Dictionary<string, (Func<double, double> F, Func<double, double> D)> _functions = new()
    {
        ["Neg"] = (x => -x, _ => -1),
        ["Abs"] = (Math.Abs, x => Math.Sign(x)),
        ["Sigmoid"] = (Sigmoid, x => Sigmoid(x) * Sigmoid(-x)),
        ["Tanh"] = (Math.Tanh, x => 1 / (Math.Cosh(x) * Math.Cosh(x))),
        ["Erf"] = (Erf, x => 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x)),
        ["Cos"] = (Math.Cos, x => -Math.Sin(x)),
        ["Sin"] = (Math.Sin, Math.Cos),
        ["Exp"] = (Math.Exp, Math.Exp),
        ["Log"] = (Math.Log, x => 1 / x),
        ["Sqrt"] = (Math.Sqrt, x => 0.5 / Math.Sqrt(x)),
        ["Reciprocal"] = (x => 1 / x, x => -1 / (x * x)),
        ["Relu"] = (x => Math.Max(x, 0), x => x > 0 ? 1 : 0),
        ["Softplus"] = (x => Math.Log(1 + Math.Exp(x)), Sigmoid),
        ["Floor"] = (Math.Floor, _ => 0),
        ["Ceil"] = (Math.Ceiling, _ => 0),
        ["Not"] = (x => x == 0 ? 1 : 0, _ => 0),
        ["Sign"] = (x => Math.Sign(x), _ => 0),
    };

    public static (Func<double, double> F, Func<double, double> D)? Find(ReferenceNode node) => node.Operator switch
    {
        "LeakyRelu" => Leaky(node.Number("alpha", 0.01f)),
        "Gelu" => node.Text("approximate", "none") == "tanh" ? (GeluByTanh, GeluByTanhDerivative) : (Gelu, GeluDerivative),
        string name => _functions.TryGetValue(name, out (Func<double, double>, Func<double, double>) function) ? function : null,
    };

    private static (Func<double, double> F, Func<double, double> D) Leaky(double slope) => (x => x < 0 ? slope * x : x, x => x < 0 ? slope : 1);

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double Gelu(double x) => 0.5 * x * (1 + Erf(x * _rootOfHalf));

    private static double GeluDerivative(double x) => (0.5 * (1 + Erf(x * _rootOfHalf))) + (x * Math.Exp(-0.5 * x * x) / Math.Sqrt(2 * Math.PI));

    private static double GeluByTanh(double x) => 0.5 * x * (1 + Math.Tanh(_rootOfTwoOverPi * (x + (0.044715 * x * x * x))));

    private static double GeluByTanhDerivative(double x)
    {
        double inner = _rootOfTwoOverPi * (x + (0.044715 * x * x * x));
        double slope = _rootOfTwoOverPi * (1 + (3 * 0.044715 * x * x));
        return (0.5 * (1 + Math.Tanh(inner))) + (0.5 * x * slope / (Math.Cosh(inner) * Math.Cosh(inner)));
    }

    // Maclaurin series; its terms stay below e^9 for |x| < 3, beyond which erfc's continued fraction converges fast.
    public static double Erf(double x)
    {
        double magnitude = Math.Abs(x);
        double value = magnitude < 3 ? Series(magnitude) : 1 - Complement(magnitude);
        return Math.CopySign(value, x);
    }

    private static double Series(double x)
    {
        double term = x;
        double sum = x;
        for (int n = 1; Math.Abs(term) > 1e-18; n++)
        {
            term *= -x * x / n;
            sum += term / ((2 * n) + 1);
        }

        return 2 / Math.Sqrt(Math.PI) * sum;
    }

    // erfc(x) = exp(-x²)/√π · 1/(x + 1/2/(x + 1/(x + 3/2/(x + ...)))).
    private static double Complement(double x)
    {
        double fraction = x;
        for (int k = 60; k > 0; k--)
        {
            fraction = x + (k / 2.0 / fraction);
        }

        return Math.Exp(-x * x) / Math.Sqrt(Math.PI) / fraction;
    }
}
