using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Autodiff;

namespace DreamFusion.Pipeline.Selftest;

/// <summary>The comparisons that checks of one family are made of; each adds rows to the table.</summary>
internal sealed class SelfCheckRun
{
    private const int DirectionCount = 6;
    private const int Seed = 20;

    // Where gradient buffers start in the test of accumulation; 1 + g rounds g to 2⁻²⁴.
    private const float AccumulationStart = 1f;
    private const double AccumulationTolerance = 1e-5;

    private readonly string _family;
    private readonly CheckDevice? _portable;
    private readonly List<SelfCheckResult> _results;

    /// <summary>Starts the checks of a family.</summary>
    /// <param name="family">Name of the family.</param>
    /// <param name="device">The device under test.</param>
    /// <param name="portable">The same device with portable kernels, to compare tuned code with; null if that is the device under test.</param>
    /// <param name="results">Where the rows go.</param>
    public SelfCheckRun(string family, CheckDevice device, CheckDevice? portable, List<SelfCheckResult> results)
    {
        _family = family;
        _portable = portable;
        _results = results;
        Device = device;
        device.UsedTuned = false;
    }

    /// <summary>The device under test.</summary>
    public CheckDevice Device { get; }

    /// <summary>Compares with numbers of another origin: |actual - expected| ≤ tolerance · max(1, |expected|) for each.</summary>
    /// <param name="check">Name of the row.</param>
    /// <param name="expected">The numbers; their origin stands beside the call.</param>
    /// <param name="actual">What the device computed.</param>
    /// <param name="tolerance">0 for exact arithmetic; 1e-6, the default, for a few roundings of float.</param>
    public void Golden(string check, double[] expected, double[] actual, double tolerance = 1e-6)
        => Add(check, SelfCheckKind.Golden, LargestError(expected, actual), tolerance);

    /// <inheritdoc cref="Golden(string, double[], double[], double)"/>
    public void Golden(string check, double[] expected, float[] actual, double tolerance = 1e-6)
        => Golden(check, expected, Array.ConvertAll(actual, value => (double)value), tolerance);

    /// <inheritdoc cref="Golden(string, double[], double[], double)"/>
    public void Golden(string check, double expected, double actual, double tolerance = 1e-6)
        => Golden(check, [expected], new[] { actual }, tolerance);

    /// <summary>Compares whole numbers, such as indices and bits, with those of another origin.</summary>
    /// <param name="check">Name of the row.</param>
    /// <param name="expected">The numbers; their origin stands beside the call.</param>
    /// <param name="actual">What was computed.</param>
    public void Exact(string check, long[] expected, long[] actual)
    {
        double differences = expected.Length == actual.Length && expected.Length > 0 ? expected.Where((value, i) => value != actual[i]).Count() : double.NaN;
        Add(check, SelfCheckKind.Golden, differences, 0);
    }

    /// <summary>A statement about the results that holds or does not.</summary>
    /// <param name="check">Name of the row.</param>
    /// <param name="holds">Whether it does.</param>
    public void Holds(string check, bool holds) => Add(check, SelfCheckKind.Golden, holds ? 0 : 1, 0);

    /// <summary>
    /// Checks a pair of forward and backward pass: each gradient against differences of the forward pass, accumulation, the same bits
    /// twice, and tuned code against the portable kernels where there is some.
    /// </summary>
    /// <param name="check">Name of the operation.</param>
    /// <param name="operation">The passes.</param>
    public void Gradients(string check, DifferentiableOperation operation)
    {
        Device.UsedTuned = false;
        float[][] point = [.. operation.Inputs.Select(input => input.Values)];
        float[][] outputs = Evaluate(Device, operation, point);
        float[][] cotangents = [.. outputs.Select((output, i) => RandomInputs.Uniform((uint)(Seed + i), output.Length, -1f, 1f))];
        float[][] gradients = Differentiate(Device, operation, point, cotangents, 0f);
        for (int i = 0; i < point.Length; i++)
        {
            Add(Named(check, $"dL/d({operation.Inputs[i].Name})"), SelfCheckKind.Gradient, GradientError(operation, point, i, cotangents, gradients[i]), operation.Tolerance);
        }

        float[] accumulated = Concatenate(Differentiate(Device, operation, point, cotangents, AccumulationStart));
        double[] sums = Array.ConvertAll(Concatenate(gradients), g => (double)AccumulationStart + g);
        Add(Named(check, "gradients accumulate"), SelfCheckKind.Contract, LargestError(sums, Array.ConvertAll(accumulated, g => (double)g)), AccumulationTolerance);
        float[] all = [.. Concatenate(outputs), .. Concatenate(gradients)];
        Compare(check, all, d => [.. Concatenate(Evaluate(d, operation, point)), .. Concatenate(Differentiate(d, operation, point, cotangents, 0f))]);
    }

    /// <summary>Checks a launch without gradients: the same bits twice, and tuned code against the portable kernels where there is some.</summary>
    /// <param name="check">Name of the launch.</param>
    /// <param name="launch">Launches and reads the results.</param>
    public void Repeats(string check, Func<CheckDevice, float[]> launch)
    {
        Device.UsedTuned = false;
        Compare(check, Freed(Device, launch), launch);
    }

    /// <summary>Records a launch that failed.</summary>
    public void Fail(Exception error)
        => _results.Add(new SelfCheckResult(_family, "runs", SelfCheckKind.Failure, double.NaN, 0, Device.UsedTuned, $"{error.GetType().Name}: {error.Message}"));

    private void Compare(string check, float[] first, Func<CheckDevice, float[]> launch)
    {
        float[] second = Freed(Device, launch);
        Add(Named(check, "same bits twice"), SelfCheckKind.Repeat, CountDifferences(first, second, bitwise: true), 0);
        if (_portable is not null && Device.UsedTuned)
        {
            // For finite values tuned code has the numbers of the kernels; a zero may change its sign.
            Add(Named(check, "tuned = portable"), SelfCheckKind.Twin, CountDifferences(first, Freed(_portable, launch), bitwise: false), 0);
        }
    }

    private double GradientError(DifferentiableOperation operation, float[][] point, int input, float[][] cotangents, float[] gradient)
    {
        double Loss(float[] x)
        {
            float[][] moved = [.. point];
            moved[input] = x;
            float[][] outputs = Evaluate(Device, operation, moved);
            double sum = 0;
            for (int k = 0; k < outputs.Length; k++)
            {
                for (int i = 0; i < outputs[k].Length; i++)
                {
                    sum += (double)cotangents[k][i] * outputs[k][i];
                }
            }

            return sum;
        }

        return GradientCheck.DirectionalError(Loss, point[input], gradient, operation.Inputs[input].Step, DirectionCount, new Random(Seed));
    }

    private static float[][] Evaluate(CheckDevice on, DifferentiableOperation operation, float[][] point)
        => Freed(on, d => operation.Forward(d, point));

    private static float[][] Differentiate(CheckDevice on, DifferentiableOperation operation, float[][] point, float[][] cotangents, float start)
    {
        on.GradientStart = start;
        float[][] gradients = Freed(on, d => operation.Backward(d, point, cotangents));
        on.GradientStart = 0f;
        return gradients;
    }

    private static T Freed<T>(CheckDevice on, Func<CheckDevice, T> launch)
    {
        int mark = on.Mark;
        T result = launch(on);
        on.Free(mark);
        return result;
    }

    private void Add(string check, SelfCheckKind kind, double error, double tolerance)
        => _results.Add(new SelfCheckResult(_family, check, kind, error, tolerance, Device.UsedTuned));

    private static string Named(string check, string what) => string.IsNullOrEmpty(check) ? what : $"{check}, {what}";

    private static float[] Concatenate(float[][] parts) => [.. parts.SelectMany(part => part)];

    // NaN on either side makes the maximum NaN, and so does another length.
    private static double LargestError(double[] expected, double[] actual)
    {
        double largest = expected.Length == actual.Length && expected.Length > 0 ? 0 : double.NaN;
        for (int i = 0; i < Math.Min(expected.Length, actual.Length); i++)
        {
            largest = Math.Max(largest, Math.Abs(actual[i] - expected[i]) / Math.Max(1, Math.Abs(expected[i])));
        }

        return largest;
    }

    // A NaN counts as different even from itself: no check has a reason to produce one.
    private static double CountDifferences(float[] expected, float[] actual, bool bitwise)
    {
        if (expected.Length != actual.Length || expected.Length == 0)
        {
            return double.NaN;
        }

        int count = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            bool same = expected[i] == actual[i] && (!bitwise || BitConverter.SingleToInt32Bits(expected[i]) == BitConverter.SingleToInt32Bits(actual[i]));
            count += same ? 0 : 1;
        }

        return count;
    }
}
