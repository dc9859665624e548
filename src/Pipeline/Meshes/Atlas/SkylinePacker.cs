using System;
using System.Collections.Generic;

namespace DreamFusion.Pipeline.Meshes.Atlas;

/// <summary>Puts rectangles into a square, each as low as it goes on the outline of those before it (bottom-left skyline; Jylänki 2010).</summary>
/// <param name="size">Side of the square.</param>
internal sealed class SkylinePacker(int size)
{
    private readonly List<(int X, int Y, int Width)> _skyline = [(0, 0, size)];

    /// <summary>Places a rectangle.</summary>
    /// <returns>Its lower left corner, or null if it does not fit.</returns>
    public (int X, int Y)? Place(int width, int height)
    {
        int best = -1, bestX = 0, bestY = int.MaxValue;
        for (int i = 0; i < _skyline.Count; i++)
        {
            int x = _skyline[i].X;
            int y = Rest(i, width);
            if (y >= 0 && y + height <= size && y < bestY)
            {
                (best, bestX, bestY) = (i, x, y);
            }
        }

        if (best < 0)
        {
            return null;
        }

        Raise(best, bestX, width, bestY + height);
        return (bestX, bestY);
    }

    // The height on which a rectangle comes to rest whose left side stands at a step of the skyline, or -1 if it would stick out.
    private int Rest(int first, int width)
    {
        int right = _skyline[first].X + width;
        if (right > size)
        {
            return -1;
        }

        int y = 0;
        for (int i = first; i < _skyline.Count && _skyline[i].X < right; i++)
        {
            y = Math.Max(y, _skyline[i].Y);
        }

        return y;
    }

    private void Raise(int first, int x, int width, int top)
    {
        int right = x + width;
        int last = first;
        while (last < _skyline.Count && _skyline[last].X + _skyline[last].Width <= right)
        {
            last++;
        }

        if (last < _skyline.Count && _skyline[last].X < right)
        {
            (int oldX, int y, int oldWidth) = _skyline[last];
            _skyline[last] = (right, y, oldX + oldWidth - right);
        }

        _skyline.RemoveRange(first, last - first);
        _skyline.Insert(first, (x, top, width));
    }
}
