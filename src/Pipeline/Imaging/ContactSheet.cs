using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace DreamFusion.Pipeline.Imaging;

/// <summary>Many pictures of one size in one: a grid with thin gaps.</summary>
public static class ContactSheet
{
    /// <summary>Arranges pictures in rows, from the top left. A short row leaves its end in the colour of the gaps.</summary>
    /// <param name="rows">Rows of pictures, all of one size, grey (1 channel) or RGB (3); at least one picture.</param>
    /// <param name="gap">Pixels between two pictures, at least 0.</param>
    /// <param name="gapValue">Grey value of the gaps, 0 to 1.</param>
    /// <returns>An RGB picture.</returns>
    /// <exception cref="ArgumentException">If there is no picture, or two differ in size.</exception>
    public static FloatImage Compose(IReadOnlyList<IReadOnlyList<FloatImage>> rows, int gap = 2, float gapValue = 0.5f)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(gap);
        FloatImage first = rows.SelectMany(row => row).FirstOrDefault()
            ?? throw new ArgumentException("ContactSheet: expected at least one picture, got none.", nameof(rows));
        int columns = rows.Max(row => row.Count);
        FloatImage sheet = new(
            (columns * first.Width) + ((columns - 1) * gap),
            (rows.Count * first.Height) + ((rows.Count - 1) * gap),
            3);
        Array.Fill(sheet.Data, gapValue);
        for (int r = 0; r < rows.Count; r++)
        {
            for (int c = 0; c < rows[r].Count; c++)
            {
                FloatImage picture = rows[r][c];
                if (picture.Width != first.Width || picture.Height != first.Height || picture.Channels is not (1 or 3))
                {
                    throw new ArgumentException(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"ContactSheet: expected grey or RGB pictures of {first.Width}x{first.Height}, got {picture.Width}x{picture.Height} with {picture.Channels} channels in row {r}, column {c}."),
                        nameof(rows));
                }

                Paste(picture, sheet, c * (first.Width + gap), r * (first.Height + gap));
            }
        }

        return sheet;
    }

    private static void Paste(FloatImage picture, FloatImage sheet, int left, int top)
    {
        for (int y = 0; y < picture.Height; y++)
        {
            for (int x = 0; x < picture.Width; x++)
            {
                int from = ((y * picture.Width) + x) * picture.Channels;
                int to = (((top + y) * sheet.Width) + left + x) * 3;
                for (int channel = 0; channel < 3; channel++)
                {
                    sheet.Data[to + channel] = picture.Data[from + (picture.Channels == 3 ? channel : 0)];
                }
            }
        }
    }
}
