using System.Globalization;
using System.Text;

namespace DreamFusion.Pipeline.Runs;

/// <summary>The part of a folder's name that comes from the prompt.</summary>
public static class Slug
{
    private const int Longest = 40;

    /// <summary>Lower-case ASCII letters and digits, everything else a hyphen: <c>A "big" hamburger!</c> becomes <c>a-big-hamburger</c>; <c>run</c> if nothing is left.</summary>
    public static string Of(string prompt)
    {
        System.ArgumentNullException.ThrowIfNull(prompt);
        StringBuilder slug = new();
        foreach (char c in prompt)
        {
            if (slug.Length == Longest)
            {
                break;
            }

            if (char.IsAsciiLetterOrDigit(c))
            {
                slug.Append(char.ToLower(c, CultureInfo.InvariantCulture));
            }
            else if (slug.Length > 0 && slug[^1] != '-')
            {
                slug.Append('-');
            }
        }

        string text = slug.ToString().Trim('-');
        return text.Length > 0 ? text : "run";
    }
}
