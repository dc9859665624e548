using System;

namespace DreamFusion.References.Optimize;

/// <summary>Adam and AdamW of one parameter in double precision, as algorithm 1 of Kingma and Ba writes it.</summary>
public sealed class AdamReference(double parameter)
{
    private double _m;
    private double _v;
    private int _t;

    public double Parameter { get; private set; } = parameter;

    public void Step(double gradient, double rate, double beta1, double beta2, double epsilon, double decay, bool decoupled)
    {
        _t++;
        if (decoupled)
        {
            Parameter -= rate * decay * Parameter;
        }
        else
        {
            gradient += decay * Parameter;
        }

        _m = beta1 * _m + (1 - beta1) * gradient;
        _v = beta2 * _v + (1 - beta2) * gradient * gradient;
        double mHat = _m / (1 - Math.Pow(beta1, _t));
        double vHat = _v / (1 - Math.Pow(beta2, _t));
        Parameter -= rate * mHat / (Math.Sqrt(vHat) + epsilon);
    }
}
