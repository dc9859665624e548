using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using DreamFusion.Pipeline.Imaging;
using DreamFusion.Pipeline.Imaging.Png;

namespace DreamFusion.Pipeline.Evaluation;

/// <summary>A picture of a folder.</summary>
/// <param name="File">Name of the PNG file in the folder.</param>
/// <param name="Caption">What it shows, without view words.</param>
/// <param name="View">View words, such as <c>front view</c>; null if the list has none.</param>
/// <param name="AzimuthDegrees">Azimuth of the view, from the object's front towards its left; null if the list has none.</param>
/// <param name="Group">Which object of this caption it shows, where there are several; empty if the list does not say.</param>
public sealed record CaptionedPicture(string File, string Caption, string? View, float? AzimuthDegrees, string Group);

/// <summary>
/// A folder of PNG files with <c>captions.tsv</c>: UTF-8, columns separated by tabs, the first line names them. <c>file</c> and
/// <c>caption</c> must be there; <c>view</c> (<c>front view</c>, <c>back view</c>, ...) makes labelled renders, <c>azimuth</c> in degrees makes
/// turntables, <c>group</c> tells several objects of one caption apart; other columns are passed over.
/// </summary>
public sealed class CaptionedPictures
{
    /// <summary>Name of the list.</summary>
    public const string ListName = "captions.tsv";

    private CaptionedPictures(string folder, IReadOnlyList<CaptionedPicture> all)
    {
        Folder = folder;
        All = all;
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>Its pictures, in the list's order; at least one.</summary>
    public IReadOnlyList<CaptionedPicture> All { get; }

    /// <summary>Reads a folder's list; the pictures are read when they are needed.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>: no list, or a line that is none.</exception>
    public static CaptionedPictures Open(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string path = Path.Combine(folder, ListName);
        string[] lines;
        try
        {
            lines = BoundedFile.ReadLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DfkException(ExitCode.BadInput, $"{path} cannot be read: {e.Message.TrimEnd('.')}. A folder of pictures needs that list: a line 'file<tab>caption', then one line for each PNG file.", e);
        }

        string[] columns = lines.Length > 0 ? lines[0].TrimEnd('\r').Split('\t') : [];
        int file = Array.IndexOf(columns, "file"), caption = Array.IndexOf(columns, "caption");
        if (file < 0 || caption < 0)
        {
            throw new DfkException(ExitCode.BadInput, $"{path}: expected a first line that names the columns, 'file' and 'caption' among them, separated by tabs, got '{(lines.Length > 0 ? lines[0] : "")}'.");
        }

        int view = Array.IndexOf(columns, "view"), azimuth = Array.IndexOf(columns, "azimuth"), group = Array.IndexOf(columns, "group");
        List<CaptionedPicture> all = [];
        for (int i = 1; i < lines.Length; i++)
        {
            string[] cells = lines[i].TrimEnd('\r').Split('\t');
            if (cells is [""])
            {
                continue;
            }

            if (cells.Length != columns.Length || cells[file].Length == 0 || cells[caption].Length == 0)
            {
                throw Bad(path, i, $"expected {columns.Length} cells with file and caption, got '{lines[i]}'");
            }

            if (Path.GetFileName(cells[file]) != cells[file])
            {
                throw Bad(path, i, $"expected a file in that folder, got '{cells[file]}'");
            }

            float? degrees = azimuth < 0 || cells[azimuth].Length == 0 ? null
                : float.TryParse(cells[azimuth], NumberStyles.Float, CultureInfo.InvariantCulture, out float number) && float.IsFinite(number) ? number
                : throw Bad(path, i, $"expected an azimuth in degrees, got '{cells[azimuth]}'");
            all.Add(new CaptionedPicture(cells[file], cells[caption], view < 0 ? null : cells[view], degrees, group < 0 ? "" : cells[group]));
        }

        return all.Count > 0 ? new CaptionedPictures(folder, all) : throw new DfkException(ExitCode.BadInput, $"{path} names no pictures; expected one line for each PNG file.");
    }

    /// <summary>Reads a picture and brings it to a judge's size: on white, the shorter side scaled, the middle square.</summary>
    /// <param name="picture">One of <see cref="All"/>.</param>
    /// <param name="size">Side of the square, pixels.</param>
    /// <exception cref="DfkException">With <see cref="ExitCode.BadInput"/>: missing, or no PNG file.</exception>
    public FloatImage Load(CaptionedPicture picture, int size)
    {
        ArgumentNullException.ThrowIfNull(picture);
        return JudgePicture.Fit(PngReader.ReadFile(Path.Combine(Folder, picture.File)).ToFloat(), size);
    }

    private static DfkException Bad(string path, int line, string problem) =>
        new(ExitCode.BadInput, string.Create(CultureInfo.InvariantCulture, $"{path}, line {line + 1}: {problem}."));
}
