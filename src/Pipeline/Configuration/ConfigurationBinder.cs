using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using System.Reflection;

namespace DreamFusion.Pipeline.Configuration;

/// <summary>Turns written values into records and back. Collects every problem instead of stopping at the first.</summary>
internal sealed class ConfigurationBinder
{
    private readonly List<string> _problems = [];
    private readonly HashSet<string> _failed = [];
    private readonly Dictionary<string, ConfigurationOrigin> _origins = [];

    /// <summary>What was wrong; empty if the result can be used.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Full names of the options that a problem is about; they have the fallback's value.</summary>
    public IReadOnlySet<string> Failed => _failed;

    /// <summary>Where each bound option was written, by its full name.</summary>
    public IReadOnlyDictionary<string, ConfigurationOrigin> Origins => _origins;

    /// <summary>A record from a group of options; options that are not written keep the record's default.</summary>
    /// <param name="record">The record's type.</param>
    /// <param name="mapping">The options.</param>
    /// <param name="fallback">A record of that type whose values stand in for those that cannot be read; null for the defaults.</param>
    /// <param name="prefix">Before the options' names in messages.</param>
    public object Bind(Type record, ConfigurationMapping mapping, object? fallback = null, string prefix = "")
    {
        object result = Activator.CreateInstance(record)!;
        fallback ??= result;
        Dictionary<string, PropertyInfo> options = ConfigurationSchema.Options(record).ToDictionary(ConfigurationSchema.NameOf);
        foreach ((string key, ConfigurationNode node) in mapping.Entries)
        {
            string name = prefix + key;
            if (!options.TryGetValue(key, out PropertyInfo? option))
            {
                _problems.Add(UnknownKey(name, node.Origin, _problems.Count < ConfigurationValidator.MostListed ? options.Keys.Select(known => prefix + known) : null));
                continue;
            }

            _origins[name] = node.Origin;
            if (node is ConfigurationScalar { IsNull: true } && ConfigurationSchema.IsNullable(option))
            {
                option.SetValue(result, null);
                continue;
            }

            object? instead = option.GetValue(fallback);
            option.SetValue(result, Convert(Nullable.GetUnderlyingType(option.PropertyType) ?? option.PropertyType, node, name, instead) ?? instead);
        }

        return result;
    }

    /// <summary>The group of options that <see cref="Bind"/> turns into this record; on request without <see cref="NotPartOfResultAttribute"/>.</summary>
    public static ConfigurationMapping Unbind(object record, ConfigurationOrigin origin, bool determiningOnly = false)
    {
        List<KeyValuePair<string, ConfigurationNode>> entries = [];
        foreach (PropertyInfo option in ConfigurationSchema.Options(record.GetType()))
        {
            if (determiningOnly && option.IsDefined(typeof(NotPartOfResultAttribute)))
            {
                continue;
            }

            entries.Add(new(ConfigurationSchema.NameOf(option), Written(option.GetValue(record), origin, determiningOnly)));
        }

        return new ConfigurationMapping(origin, entries);
    }

    /// <summary>The message for a name that does not exist, with the nearest one: in the same group, else anywhere.</summary>
    /// <param name="name">The name as written.</param>
    /// <param name="origin">Where it was written.</param>
    /// <param name="siblings">The names of its group; null to look for no nearest one.</param>
    public static string UnknownKey(string name, ConfigurationOrigin origin, IEnumerable<string>? siblings)
    {
        const int Longest = 100;
        string? nearest = siblings is null ? null : ConfigurationSchema.Nearest(name, siblings)
            ?? ConfigurationSchema.Nearest(name, ConfigurationSchema.FullNames(typeof(RunConfiguration)));
        string advice = nearest is null ? "" : $"; did you mean '{nearest}'?";
        return $"{origin}: unknown option '{(name.Length > Longest ? name[..Longest] + "…" : name)}'{advice}";
    }

    private static ConfigurationNode Written(object? value, ConfigurationOrigin origin, bool determiningOnly)
    {
        ConfigurationScalar Plain(string text)
        {
            return new(origin, text, Quoted: false);
        }

        ConfigurationSequence List(params IEnumerable<float> numbers)
        {
            return new(origin, [.. numbers.Select(x => Plain(x.ToString(CultureInfo.InvariantCulture)))]);
        }

        return value switch
        {
            null => Plain("null"),
            string text => new ConfigurationScalar(origin, text, Quoted: true),
            bool flag => Plain(flag ? "true" : "false"),
            int or uint or float => Plain(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture)),
            Enum member => Plain(ConfigurationSchema.NameOf(member.GetType().GetField(member.ToString())!)),
            CountList { Values.Length: 1 } count => Plain(count.ToString()),
            CountList counts => new ConfigurationSequence(origin, [.. counts.Texts().Select(Plain)]),
            ScheduledValue { IsConstant: true } constant => Plain(constant.ToString()),
            ScheduledValue schedule => new ConfigurationSequence(origin, [.. schedule.Texts().Select(Plain)]),
            Interval interval => List(interval.Min, interval.Max),
            Moments moments => moments.Third is { } third ? List(moments.First, moments.Second, third) : List(moments.First, moments.Second),
            Rgb colour => List(colour.R, colour.G, colour.B),
            ImmutableArray<ViewPrompt> rows => new ConfigurationSequence(origin, [.. rows.Select(row => Unbind(row, origin))]),
            _ => Unbind(value, origin, determiningOnly),
        };
    }

    private object? Convert(Type type, ConfigurationNode node, string name, object? fallback)
    {
        if (node is ConfigurationRefused)
        {
            _failed.Add(name);
            return null;
        }

        if (type == typeof(Interval))
        {
            return Numbers(node, name, 2, 2) is [float min, float max] ? new Interval(min, max) : null;
        }

        if (type == typeof(Moments))
        {
            return Numbers(node, name, 2, 3) is { } betas ? new Moments(betas[0], betas[1], betas.Length == 3 ? betas[2] : null) : null;
        }

        if (type == typeof(Rgb))
        {
            return Numbers(node, name, 3, 3) is [float r, float g, float b] ? new Rgb(r, g, b) : null;
        }

        if (type == typeof(ImmutableArray<ViewPrompt>))
        {
            return Rows(node, name);
        }

        if (type == typeof(CountList))
        {
            return Counts(node, name);
        }

        if (type == typeof(ScheduledValue))
        {
            return Schedule(node, name);
        }

        if (ConfigurationSchema.IsGroup(type))
        {
            return node is ConfigurationMapping mapping ? Bind(type, mapping, fallback, name + ".") : Wrong(node, name, "a group of options");
        }

        return node is ConfigurationScalar scalar ? ConvertScalar(type, scalar, name) : Wrong(node, name, Expected(type));
    }

    private object? ConvertScalar(Type type, ConfigurationScalar scalar, string name)
    {
        if (type == typeof(string))
        {
            return scalar.IsNull ? "" : scalar.Text;
        }

        // NeMo's files write names in quotes, as in encoder_type: 'hashgrid'; a number or a truth value in quotes is a text.
        object? value = type.IsEnum ? ConfigurationSchema.Members(type).GetValueOrDefault(scalar.Text)
            : scalar.Quoted ? null : ParsePlain(type, scalar.Text);

        return value ?? Wrong(scalar, name, Expected(type));
    }

    private static object? ParsePlain(Type type, string text)
    {
        if (type == typeof(bool))
        {
            return text is "true" or "True" or "TRUE" ? true : text is "false" or "False" or "FALSE" ? false : null;
        }

        if (type == typeof(int))
        {
            return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int i) ? i : null;
        }

        if (type == typeof(uint))
        {
            return uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint u) ? u : null;
        }

        const NumberStyles Real = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return float.TryParse(text, Real, CultureInfo.InvariantCulture, out float x) && float.IsFinite(x) ? x : null;
    }

    private float[]? Numbers(ConfigurationNode node, string name, int least, int most)
    {
        string expected = least == most
            ? string.Create(CultureInfo.InvariantCulture, $"a list of {least} numbers")
            : string.Create(CultureInfo.InvariantCulture, $"a list of {least} or {most} numbers");
        if (node is not ConfigurationSequence sequence || sequence.Items.Count < least || sequence.Items.Count > most)
        {
            Wrong(node, name, expected);
            return null;
        }

        float[] numbers = new float[sequence.Items.Count];
        for (int i = 0; i < numbers.Length; i++)
        {
            if (sequence.Items[i] is not ConfigurationScalar { Quoted: false } scalar || ParsePlain(typeof(float), scalar.Text) is not float x)
            {
                Wrong(sequence.Items[i], name, expected);
                return null;
            }

            numbers[i] = x;
        }

        return numbers;
    }

    private object? Counts(ConfigurationNode node, string name)
    {
        IReadOnlyList<ConfigurationNode> items = node is ConfigurationSequence sequence ? sequence.Items : [node];
        var counts = ImmutableArray.CreateBuilder<int>(items.Count);
        foreach (ConfigurationNode item in items)
        {
            if (item is not ConfigurationScalar { Quoted: false } scalar || ParsePlain(typeof(int), scalar.Text) is not int count)
            {
                return Wrong(item, name, "a whole number or a list of them");
            }

            counts.Add(count);
        }

        return new CountList(counts.ToImmutable());
    }

    private object? Schedule(ConfigurationNode node, string name)
    {
        if (node is not ConfigurationSequence sequence)
        {
            return node is ConfigurationScalar { Quoted: false } scalar && ParsePlain(typeof(float), scalar.Text) is float x
                ? new ScheduledValue(x)
                : Wrong(node, name, "a number or a list [start_step, start, end, end_step]");
        }

        if (sequence.Items.FirstOrDefault(item => item is not ConfigurationScalar { Quoted: false }) is { } other)
        {
            return Wrong(other, name, "a list of numbers");
        }

        ScheduledValue? schedule = ScheduledValue.TryParse([.. sequence.Items.Cast<ConfigurationScalar>().Select(item => item.Text)], out string problem);
        if (schedule is null)
        {
            _problems.Add($"{node.Origin}: {name}: expected {problem}");
        }

        return schedule;
    }

    private object? Rows(ConfigurationNode node, string name)
    {
        const string Expected = "a list of groups, each with azimuth, elevation and suffix";
        if (node is not ConfigurationSequence sequence)
        {
            return Wrong(node, name, Expected);
        }

        List<ViewPrompt> rows = [];
        for (int i = 0; i < sequence.Items.Count; i++)
        {
            string row = string.Create(CultureInfo.InvariantCulture, $"{name}[{i}]");
            if (sequence.Items[i] is not ConfigurationMapping mapping)
            {
                return Wrong(sequence.Items[i], row, Expected);
            }

            rows.Add((ViewPrompt)Bind(typeof(ViewPrompt), mapping, prefix: row + "."));
        }

        return rows.ToImmutableArray();
    }

    private object? Wrong(ConfigurationNode node, string name, string expected)
    {
        _problems.Add($"{node.Origin}: {name}: expected {expected}, got {node.Describe()}");
        _failed.Add(name);
        return null;
    }

    private static string Expected(Type type)
    {
        return type == typeof(bool) ? "true or false"
            : type == typeof(int) ? "a whole number"
            : type == typeof(uint) ? "a whole number from 0 to 4294967295"
            : type == typeof(float) ? "a number"
            : type == typeof(string) ? "a text"
            : "one of " + string.Join(", ", ConfigurationSchema.Members(type).Keys);
    }
}
