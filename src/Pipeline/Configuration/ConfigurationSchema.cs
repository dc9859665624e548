using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Text;

namespace DreamFusion.Pipeline.Configuration;

/// <summary>The names that options have in YAML, read from the records.</summary>
internal static class ConfigurationSchema
{
    // The records do not change; looking at them anew for every key of a file takes most of the time.
    private static readonly ConcurrentDictionary<Type, IReadOnlyList<PropertyInfo>> _options = new();
    private static readonly ConcurrentDictionary<MemberInfo, string> _names = new();
    private static readonly ConcurrentDictionary<PropertyInfo, bool> _nullable = new();
    private static readonly ConcurrentDictionary<Type, IReadOnlyDictionary<string, object>> _members = new();
    private static readonly ConcurrentDictionary<Type, IReadOnlyList<string>> _fullNames = new();

    /// <summary>The options of a record, in the order of its declaration. Computed properties are no options.</summary>
    public static IReadOnlyList<PropertyInfo> Options(Type record)
    {
        return _options.GetOrAdd(record, type => [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite)]);
    }

    /// <summary>Whether the type is a group of options rather than a value.</summary>
    public static bool IsGroup(Type type)
    {
        return type.IsClass && type != typeof(string);
    }

    /// <summary>Whether null is a value of the option.</summary>
    public static bool IsNullable(PropertyInfo option)
    {
        return _nullable.GetOrAdd(option, o => new NullabilityInfoContext().Create(o).WriteState == NullabilityState.Nullable);
    }

    /// <summary>The name of an option or of an enumeration's member in YAML.</summary>
    public static string NameOf(MemberInfo member)
    {
        return _names.GetOrAdd(member, m => m.GetCustomAttribute<YamlNameAttribute>()?.Name ?? SnakeCase(m.Name));
    }

    /// <summary>The members of an enumeration by their names in YAML.</summary>
    public static IReadOnlyDictionary<string, object> Members(Type enumeration)
    {
        return _members.GetOrAdd(enumeration, type => type
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .ToDictionary(NameOf, field => field.GetValue(null)!));
    }

    /// <summary>Every option's full name, <c>group.option</c>; groups themselves are not among them.</summary>
    public static IReadOnlyList<string> FullNames(Type record)
    {
        return _fullNames.GetOrAdd(record, type => [.. Options(type).SelectMany(option => IsGroup(option.PropertyType)
            ? FullNames(option.PropertyType).Select(inner => NameOf(option) + "." + inner)
            : [NameOf(option)])]);
    }

    /// <summary>The known name with the fewest edits to <paramref name="name"/>, or null if none is near.</summary>
    public static string? Nearest(string name, IEnumerable<string> known)
    {
        // Half of the letters may differ: 'learning_rate' should still not be offered for 'x'.
        int limit = Math.Max(2, name.Length / 2);
        return known
            .Select(candidate => (candidate, distance: EditDistance(name, candidate)))
            .Where(pair => pair.distance <= limit)
            .OrderBy(pair => pair.distance)
            .Select(pair => pair.candidate)
            .FirstOrDefault();
    }

    private static string SnakeCase(string name)
    {
        StringBuilder text = new(name.Length + 4);
        for (int i = 0; i < name.Length; i++)
        {
            if (char.IsUpper(name[i]) && i > 0)
            {
                text.Append('_');
            }

            text.Append(char.ToLowerInvariant(name[i]));
        }

        return text.ToString();
    }

    // Levenshtein, one row at a time. Names longer than any option are cut, which bounds the work on hostile keys.
    private static int EditDistance(string a, string b)
    {
        const int Longest = 80;
        a = a.Length > Longest ? a[..Longest] : a;
        int columns = Math.Min(b.Length, Longest);
        Span<int> row = stackalloc int[Longest + 1];
        for (int j = 0; j <= columns; j++)
        {
            row[j] = j;
        }

        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= columns; j++)
            {
                int substitute = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substitute, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[columns];
    }
}
