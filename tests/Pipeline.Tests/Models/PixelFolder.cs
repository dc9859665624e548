using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using DreamFusion.Pipeline.Guidance.Onnx;
using DreamFusion.Pipeline.Guidance.Onnx.Format;
using DreamFusion.Pipeline.Models;
using DreamFusion.Pipeline.Tests.Guidance;
using Google.Protobuf;
using SentencePiece = DreamFusion.Pipeline.Prompts.Format;

namespace DreamFusion.Pipeline.Tests.Models;

/// <summary>
/// A pixel-space model in the layout of DeepFloyd IF's first stage with random weights: T5 tokenizer, T5 encoder with its
/// attention mask, and a UNet that returns prediction and variance.
/// <code>
/// states[l] = table[id_l] + mean of mask_k table[id_k]        out = tanh(conv3x3(z_t) + W mean_l states[l] + 0.001 t + b)
/// </code>
/// </summary>
internal sealed class PixelFolder : IDisposable
{
    public const int Size = 12;
    public const int Width = 5;
    public const int Vocabulary = 32;
    private const int Colours = 3;
    private readonly TemporaryFolder _temporary = new();
    private readonly float[] _table = RandomValues.AwayFromZero(1, Vocabulary * Width);
    private readonly float[] _kernel = RandomValues.AwayFromZero(2, 2 * Colours * Colours * 9);
    private readonly float[] _weights = RandomValues.AwayFromZero(3, Width * 2 * Colours);
    private readonly float[] _bias = RandomValues.AwayFromZero(4, 2 * Colours);

    /// <param name="scalarTime">A float timestep without axes, else one int64 per sample.</param>
    public PixelFolder(bool scalarTime = true)
    {
        Write("model_index.json", """{ "_class_name": "IFPipeline", "safety_checker": [null, null] }""");
        Write("scheduler/scheduler_config.json", """{ "_class_name": "DDPMScheduler", "beta_schedule": "squaredcos_cap_v2", "num_train_timesteps": 1000, "prediction_type": "epsilon", "variance_type": "learned_range" }""");
        Write("tokenizer/tokenizer_config.json", """{ "model_max_length": 9, "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>" }""");
        Write("tokenizer/spiece.model", Pieces().ToByteArray());
        Write("text_encoder/config.json", $$"""{ "model_type": "t5", "d_model": {{Width}}, "vocab_size": {{Vocabulary}} }""");
        Write("text_encoder/model.onnx", TextEncoder().ToByteArray());
        Write("unet/config.json", $$"""{ "in_channels": 3, "out_channels": 6, "sample_size": {{Size}} }""");
        Write("unet/model.onnx", Unet(scalarTime).ToByteArray());
    }

    public string Path => System.IO.Path.Combine(_temporary.Path, "pixels");

    public string this[string relative] => System.IO.Path.Combine(Path, relative);

    public void Dispose() => _temporary.Dispose();

    /// <summary>The text states, in double precision.</summary>
    public double[] States(IReadOnlyList<int> ids, int length)
    {
        double[] states = new double[ids.Count * Width];
        for (int i = 0; i < states.Length; i++)
        {
            int column = i % Width;
            // The graph divides by the number of all tokens, as a mean over the masked rows does.
            double mean = Enumerable.Range(0, length).Sum(k => (double)_table[(ids[k] * Width) + column]) / ids.Count;
            states[i] = _table[(ids[i / Width] * Width) + column] + mean;
        }

        return states;
    }

    /// <summary>The first three channels of the UNet's output, in double precision.</summary>
    public double[] Prediction(IReadOnlyList<double> noisy, int timestep, IReadOnlyList<float> states)
    {
        double[] output = new double[Colours * Size * Size];
        int tokens = states.Count / Width;
        for (int i = 0; i < output.Length; i++)
        {
            (int channel, int row, int column) = (i / (Size * Size), i / Size % Size, i % Size);
            double sum = _bias[channel] + (0.001 * timestep);
            for (int w = 0; w < Width; w++)
            {
                sum += Enumerable.Range(0, tokens).Average(l => (double)states[(l * Width) + w]) * _weights[(w * 2 * Colours) + channel];
            }

            for (int k = 0; k < Colours * 9; k++)
            {
                (int y, int x) = (row + (k / 3 % 3) - 1, column + (k % 3) - 1);
                sum += y is >= 0 and < Size && x is >= 0 and < Size ? _kernel[(channel * Colours * 9) + k] * noisy[(k / 9 * Size * Size) + (y * Size) + x] : 0;
            }

            output[i] = Math.Tanh(sum);
        }

        return output;
    }

    private ModelProto TextEncoder()
    {
        GraphProto graph = new() { Name = "t5" };
        graph.Input.Add(Value("input_ids", TensorElement.Int64, null, null));
        graph.Input.Add(Value("attention_mask", TensorElement.Int64, null, null));
        graph.Output.Add(Value("last_hidden_state", TensorElement.Float32, null, null, Width));
        graph.Initializer.Add(Tensors.Floats("shared.weight", _table, Vocabulary, Width));
        graph.Initializer.Add(Tensors.Integers("last", 2));
        Add(graph, "Gather", ["shared.weight", "input_ids"], "rows");
        Add(graph, "Cast", ["attention_mask"], "mask", NodeAttributes.Of("to", (long)TensorElement.Float32));
        Add(graph, "Unsqueeze", ["mask", "last"], "column");
        Add(graph, "Mul", ["rows", "column"], "kept");
        Add(graph, "ReduceMean", ["kept"], "mean", NodeAttributes.Of("axes", [1L]), NodeAttributes.Of("keepdims", 1L));
        Add(graph, "Add", ["rows", "mean"], "last_hidden_state");
        return Model(graph);
    }

    private ModelProto Unet(bool scalarTime)
    {
        GraphProto graph = new() { Name = "unet" };
        graph.Input.Add(Value("sample", TensorElement.Float32, null, Colours, null, null));
        graph.Input.Add(scalarTime ? Value("timestep", TensorElement.Float32) : Value("timestep", TensorElement.Int64, [null]));
        graph.Input.Add(Value("encoder_hidden_states", TensorElement.Float32, null, null, Width));
        graph.Output.Add(Value("out_sample", TensorElement.Float32, null, 2 * Colours, null, null));
        graph.Initializer.Add(Tensors.Floats("kernel", _kernel, 2 * Colours, Colours, 3, 3));
        graph.Initializer.Add(Tensors.Floats("bias", _bias, 2 * Colours));
        graph.Initializer.Add(Tensors.Floats("weights", _weights, Width, 2 * Colours));
        graph.Initializer.Add(Tensors.Floats("rate", [0.001f], 1));
        graph.Initializer.Add(Tensors.Integers("channels_last", -1, 2 * Colours, 1, 1));
        graph.Initializer.Add(Tensors.Integers("one_each", -1, 1, 1, 1));
        Add(graph, "Conv", ["sample", "kernel", "bias"], "convolved", NodeAttributes.Of("pads", [1L, 1, 1, 1]));
        Add(graph, "ReduceMean", ["encoder_hidden_states"], "text", NodeAttributes.Of("axes", [1L]), NodeAttributes.Of("keepdims", 0L));
        Add(graph, "MatMul", ["text", "weights"], "shift");
        Add(graph, "Reshape", ["shift", "channels_last"], "shifts");
        Add(graph, "Cast", ["timestep"], "time", NodeAttributes.Of("to", (long)TensorElement.Float32));
        Add(graph, "Mul", ["time", "rate"], "scaled_time");
        Add(graph, "Reshape", ["scaled_time", "one_each"], "times");
        Add(graph, "Add", ["convolved", "shifts"], "with_text");
        Add(graph, "Add", ["with_text", "times"], "with_time");
        Add(graph, "Tanh", ["with_time"], "out_sample");
        return Model(graph);
    }

    private static SentencePiece.ModelProto Pieces()
    {
        SentencePiece.ModelProto model = new() { TrainerSpec = new SentencePiece.TrainerSpec { ModelType = SentencePiece.TrainerSpec.Types.ModelType.Unigram } };
        void Add(string piece, float score, SentencePiece.ModelProto.Types.SentencePiece.Types.Type type) =>
            model.Pieces.Add(new SentencePiece.ModelProto.Types.SentencePiece { Piece = piece, Score = score, Type = type });
        Add("<pad>", 0, SentencePiece.ModelProto.Types.SentencePiece.Types.Type.Control);
        Add("</s>", 0, SentencePiece.ModelProto.Types.SentencePiece.Types.Type.Control);
        Add("<unk>", 0, SentencePiece.ModelProto.Types.SentencePiece.Types.Type.Unknown);
        foreach (string piece in ((string[])["▁", "▁a", "▁view"]).Concat(Enumerable.Range('a', 26).Select(c => $"{(char)c}")))
        {
            Add(piece, -3 - piece.Length, SentencePiece.ModelProto.Types.SentencePiece.Types.Type.Normal);
        }

        return model;
    }

    private static ModelProto Model(GraphProto graph) => new() { IrVersion = 8, Graph = graph, OpsetImport = { new OperatorSetIdProto { Version = 17 } } };

    private static void Add(GraphProto graph, string operatorType, string[] inputs, string output, params AttributeProto[] attributes)
    {
        NodeProto node = new() { Name = output, OpType = operatorType, Output = { output } };
        node.Input.AddRange(inputs);
        node.Attribute.AddRange((IEnumerable<AttributeProto>)attributes);
        graph.Node.Add(node);
    }

    private static ValueInfoProto Value(string name, TensorElement element, params long?[] extents)
    {
        TensorShapeProto shape = new();
        shape.Dim.AddRange(extents.Select((extent, axis) => extent is long fixedExtent
            ? new TensorShapeProto.Types.Dimension { DimValue = fixedExtent }
            : new TensorShapeProto.Types.Dimension { DimParam = $"{name}_{axis}" }));
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)element, Shape = shape } } };
    }

    private void Write(string relative, string text) => Write(relative, System.Text.Encoding.UTF8.GetBytes(text));

    private void Write(string relative, byte[] bytes)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[relative])!);
        File.WriteAllBytes(this[relative], bytes);
    }
}
