using System;

namespace DreamFusion.Package;

/// <summary>Something that the caller can mend.</summary>
public sealed class PackageException : Exception
{
    /// <summary>An error without a message.</summary>
    public PackageException()
    {
    }

    /// <summary>An error.</summary>
    public PackageException(string message)
        : base(message)
    {
    }

    /// <summary>An error with its cause.</summary>
    public PackageException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
