using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;

namespace DreamFusion.Pipeline.Configuration;

/// <summary>
/// A weight or rate that may change during a run: a number, or as threestudio's <c>C()</c> a list
/// <c>[start_step, start, end, end_step]</c>, in three values <c>[start, end, end_step]</c> from step 0, in more than four
/// <c>[start_step, start, value, step, value, step, …]</c>. Linear between the steps, constant before the first and after the last.
/// Source: threestudio (threestudio/utils/misc.py, C), in steps; its epochs (an end step written as <c>5000.0</c>) are refused.
/// </summary>
public readonly struct ScheduledValue : IEquatable<ScheduledValue>
{
    private readonly float _value;
    private readonly ImmutableArray<SchedulePoint> _points;

    /// <summary>The same value at every step.</summary>
    /// <param name="value">The value, in the unit of the option that holds it.</param>
    public ScheduledValue(float value)
    {
        _value = value;
        _points = default;
    }

    /// <summary>Values at some steps, linear in between.</summary>
    /// <param name="points">At least two points, their steps ascending from at least 0.</param>
    public ScheduledValue(params ImmutableArray<SchedulePoint> points)
    {
        if (points.IsDefault || !AreUsable(points))
        {
            throw new ArgumentException("A schedule needs at least two points, their steps rising from at least 0.", nameof(points));
        }

        _value = 0f;
        _points = points;
    }

    /// <summary>Whether the value is the same at every step.</summary>
    public bool IsConstant => _points.IsDefault;

    /// <summary>The points of the schedule, empty if the value is constant.</summary>
    public ImmutableArray<SchedulePoint> Points => IsConstant ? [] : _points;

    /// <summary>Every value between which it moves.</summary>
    public IEnumerable<float> Values => IsConstant ? [_value] : _points.Select(point => point.Value);

    /// <summary>Whether it is more than 0 at any step.</summary>
    public bool IsEverPositive => Values.Any(value => value > 0f);

    /// <summary>The value of a step.</summary>
    /// <param name="step">Step, from 0.</param>
    public float At(int step)
    {
        if (IsConstant)
        {
            return _value;
        }

        int next = 0;
        while (next < _points.Length && _points[next].Step <= step)
        {
            next++;
        }

        if (next == 0 || next == _points.Length)
        {
            return _points[Math.Max(0, next - 1)].Value;
        }

        SchedulePoint from = _points[next - 1];
        SchedulePoint to = _points[next];
        double share = (double)(step - from.Step) / (to.Step - from.Step);
        return (float)(from.Value + (((double)to.Value - from.Value) * share));
    }

    /// <summary>A number is a constant.</summary>
    public static implicit operator ScheduledValue(float value) => new(value);

    /// <summary>A number as a constant; what <c>=</c> does by itself.</summary>
    public static ScheduledValue FromSingle(float value) => new(value);

    /// <summary>Whether both have the same value at every step by the same points.</summary>
    public static bool operator ==(ScheduledValue left, ScheduledValue right) => left.Equals(right);

    /// <summary>Whether they differ in a value or a point.</summary>
    public static bool operator !=(ScheduledValue left, ScheduledValue right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(ScheduledValue other) =>
        IsConstant == other.IsConstant && (IsConstant ? _value.Equals(other._value) : _points.SequenceEqual(other._points));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ScheduledValue other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => IsConstant ? _value.GetHashCode() : HashCode.Combine(_points.Length, _points[0], _points[^1]);

    /// <summary>As in YAML: <c>0.5</c> or <c>[0, 10, 1000, 5000]</c>.</summary>
    public override string ToString() =>
        IsConstant ? _value.ToString(CultureInfo.InvariantCulture) : $"[{string.Join(", ", Texts())}]";

    /// <summary>The numbers of the list as written in YAML, in four or more values.</summary>
    internal IEnumerable<string> Texts()
    {
        return _points.SelectMany((point, i) =>
        {
            string step = point.Step.ToString(CultureInfo.InvariantCulture);
            string value = point.Value.ToString(CultureInfo.InvariantCulture);
            return i == 0 ? new[] { step, value } : [value, step];
        });
    }

    /// <summary>The schedule of a list as written, or null with what is wrong with it.</summary>
    /// <param name="written">The texts of the list.</param>
    /// <param name="problem">What was expected and what was found, if the result is null.</param>
    internal static ScheduledValue? TryParse(IReadOnlyList<string> written, out string problem)
    {
        problem = "";
        List<string> texts = [.. written];
        if (texts.Count == 3)
        {
            texts.Insert(0, "0");
        }

        if (texts.Count < 4 || texts.Count % 2 != 0)
        {
            problem = string.Create(CultureInfo.InvariantCulture, $"a number or a list [start_step, start, end, end_step], got a list of {written.Count}");
            return null;
        }

        List<SchedulePoint> points = [];
        for (int i = 0; i < texts.Count; i += 2)
        {
            // The first step stands before its value, the others after theirs.
            (string step, string value) = i == 0 ? (texts[0], texts[1]) : (texts[i + 1], texts[i]);
            if (!int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out int at))
            {
                problem = $"a whole number of steps, got '{step}'";
                return null;
            }

            if (!float.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out float x) || !float.IsFinite(x))
            {
                problem = $"a number, got '{value}'";
                return null;
            }

            points.Add(new SchedulePoint(at, x));
        }

        if (!AreUsable([.. points]))
        {
            problem = $"steps that rise, got {string.Join(", ", points.Select(point => point.Step))}";
            return null;
        }

        return new ScheduledValue([.. points]);
    }

    private static bool AreUsable(ImmutableArray<SchedulePoint> points)
    {
        bool usable = points.Length >= 2 && points[0].Step >= 0;
        for (int i = 1; i < points.Length; i++)
        {
            usable &= points[i].Step > points[i - 1].Step;
        }

        return usable;
    }
}

/// <summary>A value at a step of a <see cref="ScheduledValue"/>.</summary>
/// <param name="Step">Step, from 0.</param>
/// <param name="Value">Value, finite.</param>
public readonly record struct SchedulePoint(int Step, float Value);
