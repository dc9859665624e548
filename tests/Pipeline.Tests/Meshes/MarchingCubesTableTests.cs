using System;
using System.Collections.Generic;
using System.Linq;
using DreamFusion.Pipeline.Meshes;
using Xunit;

namespace DreamFusion.Pipeline.Tests.Meshes;

/// <summary>The table against what makes a surface closed, for all cases; nothing here knows how the table was made.</summary>
public sealed class MarchingCubesTableTests
{
    /// <summary>Every cut edge of the cube is used, no other.</summary>
    [Fact]
    public void Triangles_use_exactly_the_cut_edges()
    {
        for (int inside = 0; inside < 256; inside++)
        {
            int[] cut = [.. Enumerable.Range(0, 12).Where(edge => IsInside(inside, MarchingCubesTable.LowerCorner(edge)) != IsInside(inside, MarchingCubesTable.UpperCorner(edge)))];
            int[] used = [.. MarchingCubesTable.Triangles(inside).ToArray().Select(edge => (int)edge).Distinct().Order()];
            Assert.True(cut.SequenceEqual(used), $"case {inside}");
        }
    }

    /// <summary>Sides of triangles either cancel inside the cube or lie in a face of it.</summary>
    [Fact]
    public void Every_case_is_closed_up_to_the_faces_of_the_cube()
    {
        for (int inside = 0; inside < 256; inside++)
        {
            HashSet<(int, int)> open = OpenSides(inside);
            Assert.All(open, side => Assert.True(FacesOf(side.Item1).Intersect(FacesOf(side.Item2)).Any(), $"case {inside}, side {side}"));
        }
    }

    /// <summary>No diagonal lies in a face: the neighbour could have the same one, and its edge would have four faces.</summary>
    [Fact]
    public void No_inner_side_lies_in_a_face()
    {
        for (int inside = 0; inside < 256; inside++)
        {
            HashSet<(int, int)> open = OpenSides(inside);
            foreach ((int from, int to) in Sides(inside))
            {
                bool inner = !open.Contains((from, to));
                Assert.False(inner && FacesOf(from).Intersect(FacesOf(to)).Any(), $"case {inside}, side {from}-{to}");
            }
        }
    }

    /// <summary>Two cubes with a common face draw the same segments on it, in opposite directions: for every pair of cases that agree on its corners.</summary>
    [Fact]
    public void Neighbours_agree_on_their_common_face()
    {
        int compared = 0;
        for (int axis = 0; axis < 3; axis++)
        {
            var upper = Enumerable.Range(0, 256).ToLookup(inside => CornersOnFace(inside, axis, 1));
            var lower = Enumerable.Range(0, 256).ToLookup(inside => CornersOnFace(inside, axis, 0));
            for (int corners = 0; corners < 16; corners++)
            {
                string[] from = [.. upper[corners].Select(inside => Segments(inside, axis, 1, reversed: false)).Distinct()];
                string[] to = [.. lower[corners].Select(inside => Segments(inside, axis, 0, reversed: true)).Distinct()];
                Assert.Single(from);
                Assert.Equal(from, to);
                compared++;
            }
        }

        Assert.Equal(48, compared);
    }

    /// <summary>One corner inside: the triangle faces away from it.</summary>
    [Fact]
    public void The_triangle_around_corner_0_faces_outwards()
    {
        int[] triangle = [.. MarchingCubesTable.Triangles(1).ToArray().Select(edge => MarchingCubesTable.Axis(edge))];
        // Along x, y, z in this order or rotated: counter-clockwise seen from (1, 1, 1).
        int x = Array.IndexOf(triangle, 0);
        Assert.Equal((0, 1, 2), (triangle[x], triangle[(x + 1) % 3], triangle[(x + 2) % 3]));
    }

    private static bool IsInside(int inside, int corner) => ((inside >> corner) & 1) != 0;

    private static IEnumerable<(int From, int To)> Sides(int inside)
    {
        byte[] triangles = MarchingCubesTable.Triangles(inside).ToArray();
        return Enumerable.Range(0, triangles.Length).Select(i => ((int)triangles[i], (int)triangles[i % 3 == 2 ? i - 2 : i + 1]));
    }

    private static HashSet<(int, int)> OpenSides(int inside)
    {
        HashSet<(int, int)> open = [];
        foreach ((int from, int to) in Sides(inside))
        {
            if (!open.Remove((to, from)))
            {
                Assert.True(open.Add((from, to)), $"case {inside} has side {from}-{to} twice");
            }
        }

        return open;
    }

    // Faces as axis · 2 + side: both ends of the edge lie on it.
    private static IEnumerable<int> FacesOf(int edge) => Enumerable.Range(0, 6).Where(face =>
        ((MarchingCubesTable.LowerCorner(edge) >> (face / 2)) & 1) == face % 2 && ((MarchingCubesTable.UpperCorner(edge) >> (face / 2)) & 1) == face % 2);

    private static int CornersOnFace(int inside, int axis, int side) =>
        Enumerable.Range(0, 8).Where(corner => ((corner >> axis) & 1) == side).Select((corner, place) => IsInside(inside, corner) ? 1 << place : 0).Sum();

    // Edges of a face by their place on it, which does not depend on the side.
    private static string Segments(int inside, int axis, int side, bool reversed)
    {
        int Place(int edge) => (MarchingCubesTable.Axis(edge) * 8) + (MarchingCubesTable.LowerCorner(edge) & ~(1 << axis));
        return string.Join(' ', OpenSides(inside)
            .Where(open => FacesOf(open.Item1).Contains((2 * axis) + side) && FacesOf(open.Item2).Contains((2 * axis) + side))
            .Select(open => reversed ? (Place(open.Item2), Place(open.Item1)) : (Place(open.Item1), Place(open.Item2)))
            .Order()
            .Select(open => $"{open.Item1}>{open.Item2}"));
    }
}
