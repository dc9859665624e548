using System;
using System.Collections.Generic;
using System.Globalization;

namespace DreamFusion.Pipeline.Models;

/// <summary>Collects what is wrong with a model folder, so that one message names all of it.</summary>
internal sealed class ModelDefects
{
    private readonly List<string> _messages = [];

    /// <summary>What was found so far, each defect once.</summary>
    public IReadOnlyList<string> Messages => _messages;

    /// <summary>Adds a defect.</summary>
    public void Add(string message)
    {
        if (!_messages.Contains(message))
        {
            _messages.Add(message);
        }
    }

    /// <summary>Runs a check; its failure is noted.</summary>
    public void Check(Action check)
    {
        try
        {
            check();
        }
        catch (InvalidModelException e)
        {
            Add(e.Message);
        }
    }

    /// <summary>Reads something; a failure is noted and gives null.</summary>
    public T? Read<T>(Func<T> read)
        where T : class
    {
        T? value = null;
        Check(() => value = read());
        return value;
    }

    /// <summary>Reads a size; a failure is noted and gives 0.</summary>
    public int Size(Func<int> read)
    {
        int value = 0;
        Check(() => value = read());
        return value;
    }

    /// <summary>Throws if anything was found.</summary>
    /// <exception cref="InvalidModelException">One message with all defects.</exception>
    public void ThrowIfAny(string folder)
    {
        if (_messages.Count > 0)
        {
            throw new InvalidModelException(_messages.Count == 1
                ? _messages[0]
                : string.Create(CultureInfo.InvariantCulture, $"model folder {folder}: {_messages.Count} problems\n  {string.Join("\n  ", _messages)}"));
        }
    }
}
