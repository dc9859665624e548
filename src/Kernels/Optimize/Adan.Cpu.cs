using System.Runtime.CompilerServices;
using DreamFusion.Kernels.Device;
using ILGPU.Runtime;

namespace DreamFusion.Kernels.Optimize;

/// <summary>Host twin of <see cref="AdanKernels.Update"/>.</summary>
internal unsafe struct AdanSweep : IParameterUpdate
{
    private AdanKernels.Args _settings;
    private float* _parameters;
    private float* _gradients;
    private float* _firstMoments;
    private float* _differenceMoments;
    private float* _secondMoments;
    private float* _previousGradients;

    /// <summary>The twin of a launch.</summary>
    public static AdanSweep Of(in AdanKernels.Args a) => new()
    {
        _settings = a,
        _parameters = (float*)a.Parameters.LoadEffectiveAddressAsPtr(),
        _gradients = (float*)a.Gradients.LoadEffectiveAddressAsPtr(),
        _firstMoments = (float*)a.FirstMoments.LoadEffectiveAddressAsPtr(),
        _differenceMoments = (float*)a.DifferenceMoments.LoadEffectiveAddressAsPtr(),
        _secondMoments = (float*)a.SecondMoments.LoadEffectiveAddressAsPtr(),
        _previousGradients = (float*)a.PreviousGradients.LoadEffectiveAddressAsPtr(),
    };

    /// <summary>Runs the twin of a launch.</summary>
    public static void Update(HostThreads threads, in AdanKernels.Args a) => ParameterSweep.Run(threads, a.Parameters.IntLength, Of(a));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void Run<TL, TV>(int first, int last)
        where TL : struct, ILanes<TV>
        where TV : struct
    {
        bool isFirstStep = _settings.IsFirstStep != 0;
        TV zero = TL.Broadcast(0f);
        TV clip = TL.Broadcast(_settings.ClipFactor);
        TV beta1 = TL.Broadcast(_settings.Beta1);
        TV oneMinusBeta1 = TL.Broadcast(_settings.OneMinusBeta1);
        TV beta2 = TL.Broadcast(_settings.Beta2);
        TV oneMinusBeta2 = TL.Broadcast(_settings.OneMinusBeta2);
        TV beta3 = TL.Broadcast(_settings.Beta3);
        TV oneMinusBeta3 = TL.Broadcast(_settings.OneMinusBeta3);
        TV correction = TL.Broadcast(_settings.SecondMomentCorrection);
        TV epsilon = TL.Broadcast(_settings.Epsilon);
        TV stepSize = TL.Broadcast(_settings.StepSize);
        TV differenceStepSize = TL.Broadcast(_settings.DifferenceStepSize);
        TV before = TL.Broadcast(_settings.FactorBefore);
        TV after = TL.Broadcast(_settings.FactorAfter);
        for (int i = first; i < last; i += TL.Count)
        {
            TV g = TL.Multiply(clip, TL.Load(_gradients + i));
            TV difference = isFirstStep ? zero : TL.Subtract(g, TL.Load(_previousGradients + i));
            TV lookAhead = TL.Add(g, TL.Multiply(beta2, difference));
            TV m = TL.Add(TL.Multiply(beta1, TL.Load(_firstMoments + i)), TL.Multiply(oneMinusBeta1, g));
            TV v = TL.Add(TL.Multiply(beta2, TL.Load(_differenceMoments + i)), TL.Multiply(oneMinusBeta2, difference));
            TV n = TL.Add(
                TL.Multiply(beta3, TL.Load(_secondMoments + i)), TL.Multiply(TL.Multiply(oneMinusBeta3, lookAhead), lookAhead));
            TV denominator = TL.Add(TL.Multiply(TL.SquareRoot(n), correction), epsilon);
            TL.Store(m, _firstMoments + i);
            TL.Store(v, _differenceMoments + i);
            TL.Store(n, _secondMoments + i);
            TL.Store(g, _previousGradients + i);
            TL.Store(zero, _gradients + i);
            TV p = TL.Multiply(TL.Load(_parameters + i), before);
            TV update = TL.Divide(TL.Add(TL.Multiply(stepSize, m), TL.Multiply(differenceStepSize, v)), denominator);
            TL.Store(TL.Multiply(TL.Subtract(p, update), after), _parameters + i);
        }
    }
}
