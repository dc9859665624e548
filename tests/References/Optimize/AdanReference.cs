using System;
using System.Linq;

namespace DreamFusion.References.Optimize;

/// <summary>Adan in double precision for one group of parameters, written from the published update.</summary>
public sealed class AdanReference(int length, double beta1, double beta2, double beta3, double epsilon)
{
    private readonly double[] _m = new double[length];
    private readonly double[] _v = new double[length];
    private readonly double[] _n = new double[length];
    private double[]? _previous;
    private int _step;

    public void Step(double[] parameters, double[] gradient, double clip, double rate, double decay, bool proximal)
    {
        _step++;
        double[] g = gradient.Select(x => clip * x).ToArray();
        double[] previous = _previous ?? g;
        for (int i = 0; i < length; i++)
        {
            double d = g[i] - previous[i];
            _m[i] = beta1 * _m[i] + (1 - beta1) * g[i];
            _v[i] = beta2 * _v[i] + (1 - beta2) * d;
            _n[i] = beta3 * _n[i] + (1 - beta3) * Math.Pow(g[i] + beta2 * d, 2);
            double denominator = Math.Sqrt(_n[i] / (1 - Math.Pow(beta3, _step))) + epsilon;
            double move = rate * (_m[i] / (1 - Math.Pow(beta1, _step)) + beta2 * _v[i] / (1 - Math.Pow(beta2, _step))) / denominator;
            parameters[i] = proximal ? (parameters[i] - move) / (1 + rate * decay) : parameters[i] * (1 - rate * decay) - move;
        }

        _previous = g;
    }
}
