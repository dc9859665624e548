using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Text;

namespace DreamFusion.Pipeline.Configuration;

/// <summary>The names that options have in YAML, read from the records.</summary>
internal static class ConfigurationSchema
{
    /// <summary>The options of a record, in the order of its declaration. Computed properties are no options.</summary>
    public static IReadOnlyList<PropertyInfo> Options(Type record)
    {
        return [.. record.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite)];
    }

    /// <summary>Whether the type is a group of options rather than a value.</summary>
    public static bool IsGroup(Type type)
    {
        return type.IsClass && type != typeof(string);
    }

    /// <summary>Whether null is a value of the option.</summary>
    public static bool IsNullable(PropertyInfo option)
    {
        return new NullabilityInfoContext().Create(option).WriteState == NullabilityState.Nullable;
    }

    /// <summary>The name of an option or of an enumeration's member in YAML.</summary>
    public static string NameOf(MemberInfo member)
    {
        return member.GetCustomAttribute<YamlNameAttribute>()?.Name ?? SnakeCase(member.Name);
    }

    /// <summary>The members of an enumeration by their names in YAML.</summary>
    public static IReadOnlyDictionary<string, object> Members(Type enumeration)
    {
        return enumeration
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .ToDictionary(NameOf, field => field.GetValue(null)!);
    }

    /// <summary>Every option's full name, <c>group.option</c>; groups themselves are not among them.</summary>
    public static IEnumerable<string> FullNames(Type record, string prefix = "")
    {
        foreach (PropertyInfo option in Options(record))
        {
            string name = prefix + NameOf(option);
            if (IsGroup(option.PropertyType))
            {
                foreach (string inner in FullNames(option.PropertyType, name + "."))
                {
                    yield return inner;
                }
            }
            else
            {
                yield return name;
            }
        }
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
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int substitute = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substitute, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
