using System;
using DreamFusion.Kernels.Mlp;

namespace DreamFusion.References.Mlp;

/// <summary>A network in double precision, unit by unit from the definitions.</summary>
public sealed class MlpReference(MlpOptions options)
{
    /// <summary>o [M, outputs].</summary>
    public double[] Forward(double[] parameters, double[] input)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(input);
        int rows = input.Length / options.InputCount;
        var output = new double[rows * options.OutputCount];
        for (int row = 0; row < rows; row++)
        {
            double[] h = input[(row * options.InputCount)..((row + 1) * options.InputCount)];
            for (int layer = 0; layer <= options.HiddenLayers; layer++)
            {
                double[] a = Layer(parameters, layer, h);
                h = Array.ConvertAll(a, v => Activate(layer, v).Value);
            }

            h.CopyTo(output, row * options.OutputCount);
        }

        return output;
    }

    /// <summary>q = do_σ/dy [M, inputs]: forward-mode differentiation, one input at a time.</summary>
    public double[] InputGradient(double[] parameters, double[] input, int outputIndex)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(input);
        int rows = input.Length / options.InputCount;
        var gradient = new double[input.Length];
        for (int row = 0; row < rows; row++)
        {
            for (int i = 0; i < options.InputCount; i++)
            {
                double[] h = input[(row * options.InputCount)..((row + 1) * options.InputCount)];
                var t = new double[options.InputCount];
                t[i] = 1;
                for (int layer = 0; layer <= options.HiddenLayers; layer++)
                {
                    double[] a = Layer(parameters, layer, h);
                    double[] da = Tangent(parameters, layer, t);
                    for (int unit = 0; unit < a.Length; unit++)
                    {
                        (double value, double derivative) = Activate(layer, a[unit]);
                        da[unit] *= derivative;
                        a[unit] = value;
                    }

                    h = a;
                    t = da;
                }

                gradient[row * options.InputCount + i] = t[outputIndex];
            }
        }

        return gradient;
    }

    private (double Value, double Derivative) Activate(int layer, double a)
    {
        double s = 1 / (1 + Math.Exp(-a));
        if (layer < options.HiddenLayers)
        {
            return options.HiddenActivation == HiddenActivation.Relu ? (Math.Max(a, 0), a > 0 ? 1 : 0) : (a * s, s + a * s * (1 - s));
        }

        return options.OutputActivation switch
        {
            OutputActivation.Sigmoid => (s, s * (1 - s)),
            OutputActivation.Softplus => (Math.Log(1 + Math.Exp(a)), s),
            OutputActivation.Exp => (Math.Exp(a), Math.Exp(a)),
            _ => (a, 1),
        };
    }

    private double[] Layer(double[] parameters, int layer, double[] x)
    {
        double[] a = Tangent(parameters, layer, x);
        for (int unit = 0; unit < a.Length && options.HasBias; unit++)
        {
            a[unit] += parameters[options.BiasOffset(layer) + unit];
        }

        return a;
    }

    private double[] Tangent(double[] parameters, int layer, double[] x)
    {
        var a = new double[options.LayerOutputs(layer)];
        for (int unit = 0; unit < a.Length; unit++)
        {
            for (int i = 0; i < x.Length; i++)
            {
                a[unit] += parameters[options.WeightOffset(layer) + unit * x.Length + i] * x[i];
            }
        }

        return a;
    }
}
