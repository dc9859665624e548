using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Prompts;

/// <summary>What a vocabulary recognises in a prompt.</summary>
/// <param name="Objects">Known objects by their main names, in the prompt's order.</param>
/// <param name="Colours">Known colours, in the prompt's order.</param>
/// <param name="UnknownWords">Words that are neither objects, colours nor other known words.</param>
public sealed record PromptContent(IReadOnlyList<string> Objects, IReadOnlyList<string> Colours, IReadOnlyList<string> UnknownWords);

/// <summary>
/// The objects and words a small model was trained on, from <c>vocabulary.json</c> beside it. A prompt without a known
/// object would only produce noise, so it is refused before any work is done.
/// </summary>
public sealed class PromptVocabulary
{
    private const int NearestCount = 3;
    private readonly string _modelName;
    private readonly List<(List<string> Words, string Name)> _phrases = [];
    private readonly HashSet<string> _colours;
    private readonly HashSet<string> _words;

    private PromptVocabulary(string modelName, JsonConfig json)
    {
        _modelName = modelName;
        try
        {
            ObjectNames = [.. json.Root.GetProperty("objects").EnumerateArray().Select(o => Text(o.GetProperty("name")))];
            foreach (JsonElement entry in json.Root.GetProperty("objects").EnumerateArray())
            {
                string name = Text(entry.GetProperty("name"));
                foreach (string phrase in (string[])[name, .. Texts(entry.GetProperty("synonyms"))])
                {
                    _phrases.Add((ClipWords.Split(phrase), name));
                }
            }

            ColourNames = [.. Texts(json.Root.GetProperty("colours"))];
            _colours = [.. ColourNames];
            _words = [.. Texts(json.Root.GetProperty("words"))];
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidModelException(
                $"{json.FilePath} is damaged: {e.Message.TrimEnd('.')}. Expected 'objects' (name, colours, synonyms), 'colours' and 'words'. Copy the file again.", e);
        }

        // Longest first, so that "ice cream cone" is not taken for "cone".
        _phrases.Sort((a, b) => b.Words.Count.CompareTo(a.Words.Count));
    }

    /// <summary>Main names of the known objects, in the file's order.</summary>
    public IReadOnlyList<string> ObjectNames { get; }

    /// <summary>The known colours, in the file's order.</summary>
    public IReadOnlyList<string> ColourNames { get; }

    /// <summary>Reads the vocabulary of a model folder.</summary>
    /// <param name="model">The model folder.</param>
    /// <returns>The vocabulary; null if the folder has none, as Stable Diffusion's have.</returns>
    /// <exception cref="InvalidModelException">The file is damaged.</exception>
    public static PromptVocabulary? TryLoad(ModelFolder model)
    {
        ArgumentNullException.ThrowIfNull(model);
        string path = Path.Combine(model.Folder, "vocabulary.json");
        return File.Exists(path) ? Read(Path.GetFileName(model.Folder), path) : null;
    }

    /// <summary>Reads a vocabulary's file.</summary>
    /// <param name="modelName">Name of the model, for messages.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidModelException">The file is missing or damaged.</exception>
    internal static PromptVocabulary Read(string modelName, string path) => new(modelName, JsonConfig.Load(path));

    /// <summary>Name with its article, as the captions have it: "an" before a, e, i, o, u.</summary>
    /// <param name="name">Name of an object.</param>
    /// <returns>For example "a hamburger" or "an apple".</returns>
    public static string WithArticle(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return ("aeiou".Contains(name[0], StringComparison.Ordinal) ? "an " : "a ") + name;
    }

    /// <summary>Captions of all known objects, in the order of <see cref="ObjectNames"/>, for retrieval.</summary>
    /// <param name="colour">Colour that every caption names, or null.</param>
    /// <returns>For example "a cube" or "a red cube".</returns>
    public IReadOnlyList<string> Captions(string? colour) =>
        [.. ObjectNames.Select(name => WithArticle(string.IsNullOrEmpty(colour) ? name : $"{colour} {name}"))];

    /// <summary>What the vocabulary recognises in a prompt.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <returns>Objects, colours and unknown words.</returns>
    public PromptContent Describe(string prompt)
    {
        List<string> words = ClipWords.Split(prompt);
        string?[] objects = new string?[words.Count];
        bool[] covered = new bool[words.Count];
        foreach ((List<string> phrase, string name) in _phrases)
        {
            for (int start = 0; start + phrase.Count <= words.Count; start++)
            {
                Range range = start..(start + phrase.Count);
                if (!covered[range].Contains(true) && words[range].SequenceEqual(phrase))
                {
                    Array.Fill(covered, true, start, phrase.Count);
                    objects[start] = name;
                }
            }
        }

        List<string> rest = [.. words.Where((_, i) => !covered[i])];
        return new PromptContent(
            [.. objects.OfType<string>()],
            [.. rest.Where(_colours.Contains)],
            [.. rest.Where(w => char.IsLetterOrDigit(w[0]) && !_colours.Contains(w) && !_words.Contains(w)).Distinct()]);
    }

    /// <summary>Refuses a prompt without a known object.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="anyway">Whether the user insists; the refusal becomes a warning.</param>
    /// <returns>Warnings for the log, at most two.</returns>
    /// <exception cref="DfkException">No known object and not <paramref name="anyway"/>; exit code 3.</exception>
    public IReadOnlyList<string> Check(string prompt, bool anyway)
    {
        PromptContent content = Describe(prompt);
        List<string> warnings = [];
        if (content.Objects.Count == 0)
        {
            string problem = $"The prior '{_modelName}' knows no object in \"{prompt}\"; the nearest names it knows are {string.Join(", ", Nearest(prompt))} (of {ObjectNames.Count}).";
            if (!anyway)
            {
                throw new DfkException(
                    ExitCode.BadInput,
                    $"{problem} Name one of its objects, use a Stable Diffusion folder with --model DIR, or train all the same with --anyway.");
            }

            warnings.Add($"{problem} Training all the same, as --anyway asks; expect a shapeless result.");
        }

        if (content.UnknownWords.Count > 0)
        {
            warnings.Add($"The prior '{_modelName}' was not trained on {string.Join(", ", content.UnknownWords.Select(w => $"\"{w}\""))}; such words carry no meaning for it.");
        }

        return warnings;
    }

    /// <summary>Known names nearest to a prompt's words by edit distance.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <returns>A few names.</returns>
    public IReadOnlyList<string> Nearest(string prompt)
    {
        List<string> words = [.. ClipWords.Split(prompt).Where(w => char.IsLetterOrDigit(w[0]) && !_words.Contains(w) && !_colours.Contains(w))];
        List<string> candidates = words.Count == 0 ? [prompt] : [.. words, .. words.Zip(words.Skip(1), (a, b) => a + " " + b)];
        return
        [
            .. _phrases
                .Select(p => (Name: string.Join(p.Words.Contains("-") ? "" : " ", p.Words), Main: p.Name))
                .Select(p => (p.Name, p.Main, Distance: candidates.Min(c => EditDistance(c, p.Name) / (double)Math.Max(c.Length, p.Name.Length))))
                .OrderBy(p => p.Distance).ThenBy(p => p.Name, StringComparer.Ordinal)
                .DistinctBy(p => p.Main).Take(NearestCount).Select(p => p.Name),
        ];
    }

    private static IEnumerable<string> Texts(JsonElement array) => array.EnumerateArray().Select(Text);

    // A name without a word would be found everywhere in a prompt.
    private static string Text(JsonElement element) => element.GetString() is { } text && ClipWords.Split(text).Count > 0
        ? text
        : throw new InvalidOperationException($"{element.GetRawText()} stands where a name or a word is expected.");

    private static int EditDistance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
