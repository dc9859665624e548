using System;
using System.Globalization;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
using DreamFusion.Pipeline.Models;

namespace DreamFusion.Pipeline.Guidance.Onnx;

/// <summary>Where a weight lies outside the model file.</summary>
/// <param name="Path">Full path of the file.</param>
/// <param name="Offset">First byte, at least 0.</param>
/// <param name="Length">Bytes, at least 0; null for the rest of the file.</param>
internal sealed record ExternalData(string Path, long Offset, long? Length);

/// <summary>
/// Checks a weight before anything is allocated for it: its extents and the bytes that are there must agree, and bytes in
/// another file must lie inside the model folder, links resolved.
/// </summary>
internal static class StoredTensor
{
    /// <summary>Whether the bytes are in another file.</summary>
    public static bool IsExternal(TensorProto tensor) => tensor.DataLocation == TensorProto.Types.DataLocation.External;

    /// <summary>Number of elements.</summary>
    /// <exception cref="InvalidModelException">A negative extent, or a product that no file holds.</exception>
    public static long Count(TensorProto tensor, string modelPath)
    {
        UInt128 count = 1;
        foreach (long extent in tensor.Dims)
        {
            count = extent is >= 0 and <= int.MaxValue && count <= long.MaxValue ? count * (UInt128)extent : UInt128.MaxValue;
        }

        return count <= long.MaxValue
            ? (long)count
            : throw new InvalidModelException($"{modelPath}: the tensor '{tensor.Name}' has the extents [{string.Join(", ", tensor.Dims)}], expected 0 to {int.MaxValue} each. The file is damaged; copy or export it again.");
    }

    /// <summary>Checks extents, bytes and place.</summary>
    /// <param name="tensor">A tensor of the model.</param>
    /// <param name="modelPath">Full path of the model file.</param>
    /// <param name="modelRoot">Full path of the model folder.</param>
    /// <exception cref="InvalidModelException">They do not agree, or a file is missing, too short, or outside the folder.</exception>
    public static void Check(TensorProto tensor, string modelPath, string modelRoot)
    {
        long count = Count(tensor, modelPath);
        long? bytes = Bits((TensorProto.Types.DataType)tensor.DataType) is int bits ? (long)((((UInt128)count * (uint)bits) + 7) / 8) : null;
        if (IsExternal(tensor))
        {
            CheckExternal(tensor, bytes, modelPath, modelRoot);
        }
        else if (tensor.RawData.Length > 0 ? bytes is long expected && tensor.RawData.Length != expected : ListLength(tensor) is long held && held != count)
        {
            string got = tensor.RawData.Length > 0 ? $"{tensor.RawData.Length} bytes, expected {bytes}" : $"{ListLength(tensor)} elements, expected {count}";
            throw new InvalidModelException(
                $"{modelPath}: the tensor '{tensor.Name}' [{string.Join(", ", tensor.Dims)}] of type {tensor.DataType} holds {got}. The file is damaged; copy or export it again.");
        }
    }

    /// <summary>Where the bytes of an external tensor lie.</summary>
    /// <param name="tensor">A tensor whose bytes are in another file.</param>
    /// <param name="modelPath">Full path of the model file.</param>
    /// <param name="modelRoot">Full path of the model folder.</param>
    /// <returns>File and range.</returns>
    /// <exception cref="InvalidModelException">Outside the folder, or a range that is no number.</exception>
    public static ExternalData Place(TensorProto tensor, string modelPath, string modelRoot)
    {
        string location = Entry(tensor, "location") ?? "";
        if (location.Length == 0 || location.Contains('\0', StringComparison.Ordinal) || Path.IsPathRooted(location))
        {
            throw Outside(tensor, modelPath, modelRoot, location, location);
        }

        string path = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(modelPath)!, location));
        if (!RealPath.IsInside(path, modelRoot))
        {
            throw Outside(tensor, modelPath, modelRoot, location, path);
        }

        string real = Real(path);
        if (!RealPath.IsInside(real, Real(modelRoot)))
        {
            throw Outside(tensor, modelPath, modelRoot, location, real);
        }

        return new ExternalData(path, Number(tensor, "offset", modelPath) ?? 0, Number(tensor, "length", modelPath));
    }

    private static void CheckExternal(TensorProto tensor, long? bytes, string modelPath, string modelRoot)
    {
        (string path, long offset, long? length) = Place(tensor, modelPath, modelRoot);
        // Of a link, Length would be the link's own.
        FileInfo file = new(Real(path));
        if (!file.Exists)
        {
            throw new InvalidModelException($"{modelPath}: the weights of '{tensor.Name}' are in {path}, which is missing. Copy it into the model folder.");
        }

        long used = length ?? bytes ?? 0;
        if (offset > file.Length || used > file.Length - offset)
        {
            throw new InvalidModelException(string.Create(
                CultureInfo.InvariantCulture,
                $"{modelPath}: the weights of '{tensor.Name}' are {used} bytes from byte {offset} of {path}, which has {file.Length}. The file is truncated; copy it again."));
        }

        if (length is long stated && bytes is long expected && stated != expected)
        {
            throw new InvalidModelException(string.Create(
                CultureInfo.InvariantCulture,
                $"{modelPath}: the weights of '{tensor.Name}' [{string.Join(", ", tensor.Dims)}] are stated as {stated} bytes of {path}, expected {expected}. Export the model again."));
        }
    }

    private static InvalidModelException Outside(TensorProto tensor, string modelPath, string modelRoot, string location, string leads) => new(
        $"{modelPath}: the weights of '{tensor.Name}' point to '{location}'{(leads == location ? "" : $" ({leads})")}, outside the model folder {modelRoot}. External data must lie inside it, and not behind a link that leads out of it; copy the file itself there, or export the model again.");

    private static string Real(string path)
    {
        try
        {
            return RealPath.Of(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidModelException($"{path} cannot be followed: {e.Message.TrimEnd('.')}. Copy the file itself into the model folder.", e);
        }
    }

    private static string? Entry(TensorProto tensor, string key) => tensor.ExternalData.LastOrDefault(e => e.Key == key)?.Value;

    private static long? Number(TensorProto tensor, string key, string modelPath)
    {
        string? text = Entry(tensor, key);
        if (text is null)
        {
            return null;
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? number
            : throw new InvalidModelException($"{modelPath}: the external data of '{tensor.Name}' has the {key} '{text}', expected a number of bytes. Export the model again.");
    }

    // Elements in the typed lists: small integers and halves stand in int32_data. Null where no list is defined.
    private static long? ListLength(TensorProto tensor) => (TensorProto.Types.DataType)tensor.DataType switch
    {
        TensorProto.Types.DataType.Float => tensor.FloatData.Count,
        TensorProto.Types.DataType.Double => tensor.DoubleData.Count,
        TensorProto.Types.DataType.Int64 => tensor.Int64Data.Count,
        TensorProto.Types.DataType.Uint32 or TensorProto.Types.DataType.Uint64 => tensor.Uint64Data.Count,
        TensorProto.Types.DataType.String => tensor.StringData.Count,
        TensorProto.Types.DataType.Complex64 => tensor.FloatData.Count / 2,
        TensorProto.Types.DataType.Complex128 => tensor.DoubleData.Count / 2,
        TensorProto.Types.DataType.Int8 or TensorProto.Types.DataType.Uint8 or TensorProto.Types.DataType.Int16 or TensorProto.Types.DataType.Uint16
            or TensorProto.Types.DataType.Int32 or TensorProto.Types.DataType.Bool or TensorProto.Types.DataType.Float16
            or TensorProto.Types.DataType.Bfloat16 => tensor.Int32Data.Count,
        _ => null,
    };

    /// <summary>Bits of one element; null for texts, and for types that are younger than this program.</summary>
    public static int? Bits(TensorProto.Types.DataType type) => type switch
    {
        TensorProto.Types.DataType.Int8 or TensorProto.Types.DataType.Uint8 or TensorProto.Types.DataType.Bool => 8,
        TensorProto.Types.DataType.Int16 or TensorProto.Types.DataType.Uint16 or TensorProto.Types.DataType.Float16
            or TensorProto.Types.DataType.Bfloat16 => 16,
        TensorProto.Types.DataType.Float or TensorProto.Types.DataType.Int32 or TensorProto.Types.DataType.Uint32 => 32,
        TensorProto.Types.DataType.Double or TensorProto.Types.DataType.Int64 or TensorProto.Types.DataType.Uint64
            or TensorProto.Types.DataType.Complex64 => 64,
        TensorProto.Types.DataType.Complex128 => 128,
        _ => null,
    };
}
