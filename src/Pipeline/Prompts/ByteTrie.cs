using System;
using System.Collections.Generic;

namespace DreamFusion.Pipeline.Prompts;

/// <summary>Byte strings with a number each, followed byte by byte.</summary>
internal sealed class ByteTrie
{
    /// <summary>No such node.</summary>
    public const int None = -1;

    /// <summary>The node of the empty string.</summary>
    public const int Root = 0;

    private readonly Dictionary<long, int> _children = [];
    private readonly List<int> _values = [None];

    /// <summary>Adds a string; of equal strings the first stays.</summary>
    public void Add(ReadOnlySpan<byte> key, int value)
    {
        int node = Root;
        foreach (byte b in key)
        {
            if (!_children.TryGetValue(Edge(node, b), out int child))
            {
                child = _values.Count;
                _values.Add(None);
                _children.Add(Edge(node, b), child);
            }

            node = child;
        }

        _values[node] = _values[node] == None ? value : _values[node];
    }

    /// <summary>The node one byte further, or <see cref="None"/>.</summary>
    public int Next(int node, byte b) => _children.TryGetValue(Edge(node, b), out int child) ? child : None;

    /// <summary>The number of the string that ends at a node, or <see cref="None"/>.</summary>
    public int ValueAt(int node) => _values[node];

    /// <summary>Length of the longest string that a text begins with, 0 if none.</summary>
    public int LongestPrefix(ReadOnlySpan<byte> text)
    {
        int longest = 0;
        int node = Root;
        for (int i = 0; i < text.Length; i++)
        {
            node = Next(node, text[i]);
            if (node == None)
            {
                break;
            }

            longest = ValueAt(node) == None ? longest : i + 1;
        }

        return longest;
    }

    private static long Edge(int node, byte b) => ((long)node << 8) | b;
}
