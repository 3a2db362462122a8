using System.Collections.Immutable;
using System.Text.Json;
using LoraFaaS.Checkpoints.Json;
using LoraFaaS.Checkpoints.Outcomes;

namespace LoraFaaS.Checkpoints.Configuration;

/// <summary>Reads a <see cref="ModelConfig"/>. The bounds are generous to real checkpoints (vocabulary 1M, hidden 65 536) and keep every later product inside 63 bits.</summary>
internal static class ModelConfigReader
{
    public const string File = "config.json";
    public const string GenerationFile = "generation_config.json";

    private const int MaxWidth = 1 << 18;
    private const int MaxVocabulary = 1 << 22;
    private const int MaxContext = 1 << 24;

    public static ModelConfig Read(ReadOnlyMemory<byte> configJson, ReadOnlyMemory<byte>? generationJson) =>
        JsonText.Read(File, configJson, fields =>
        {
            var config = ReadConfig(fields);
            return generationJson is { } generation ? WithGeneration(config, generation) : config;
        });

    private static ModelConfig ReadConfig(JsonFields fields)
    {
        var architecture = ReadArchitecture(fields);
        RefuseUnsupported(fields);

        var hidden = fields.Int32("hidden_size", 1, MaxWidth);
        var heads = fields.Int32("num_attention_heads", 1, MaxWidth);
        var kvHeads = fields.Int32OrNull("num_key_value_heads", 1, MaxWidth) ?? heads;
        var attentionBias = fields.Flag("attention_bias", otherwise: false);
        var vocabulary = fields.Int32("vocab_size", 1, MaxVocabulary);

        if (heads % kvHeads != 0)
        {
            throw new RefusedException("num_key_value_heads", $"must divide num_attention_heads ({heads}), and is {kvHeads}");
        }

        return new ModelConfig
        {
            Architecture = architecture,
            HiddenSize = hidden,
            IntermediateSize = fields.Int32("intermediate_size", 1, MaxWidth * 4),
            Layers = fields.Int32("num_hidden_layers", 1, 1_024),
            Heads = heads,
            KvHeads = kvHeads,
            HeadDim = ReadHeadDim(fields, architecture, hidden, heads),
            VocabSize = vocabulary,
            MaxPositions = ReadMaxPositions(fields, architecture),
            RmsNormEps = fields.NumberOrNull("rms_norm_eps", 0, 1) ?? 1e-6,
            RopeTheta = RopeReader.Theta(fields),
            RopeScaling = RopeReader.Scaling(fields),
            TieWordEmbeddings = fields.Flag("tie_word_embeddings", otherwise: false),
            QkvBias = attentionBias || architecture is Architecture.Qwen2,
            OutputBias = attentionBias && architecture is not Architecture.Qwen2,
            QkNorm = architecture is Architecture.Qwen3,
            BosTokenId = TokenId(fields, "bos_token_id", vocabulary),
            PadTokenId = TokenId(fields, "pad_token_id", vocabulary),
            EosTokenIds = TokenIds(fields, "eos_token_id", vocabulary),
        };
    }

    private static ModelConfig WithGeneration(ModelConfig config, ReadOnlyMemory<byte> json) =>
        JsonText.Read(GenerationFile, json, fields =>
        {
            var eos = TokenIds(fields, "eos_token_id", config.VocabSize);
            return config with
            {
                BosTokenId = TokenId(fields, "bos_token_id", config.VocabSize) ?? config.BosTokenId,
                PadTokenId = TokenId(fields, "pad_token_id", config.VocabSize) ?? config.PadTokenId,
                EosTokenIds = eos.IsEmpty ? config.EosTokenIds : eos,
            };
        });

    private static Architecture ReadArchitecture(JsonFields fields)
    {
        var named = fields.Items("architectures").Select(a => a.Element.ValueKind is JsonValueKind.String
            ? JsonText.TextOf(a.Element, a.Path)
            : throw new RefusedException(a.Path, "must be a string")).ToArray();

        return named switch
        {
            ["LlamaForCausalLM"] => Architecture.Llama,
            ["MistralForCausalLM"] => Architecture.Mistral,
            ["Qwen2ForCausalLM"] => Architecture.Qwen2,
            ["Qwen3ForCausalLM"] => Architecture.Qwen3,
            [] => ReadModelType(fields),
            _ => throw new RefusedException(
                "architectures",
                $"{string.Join(", ", named)} is not supported; LlamaForCausalLM, MistralForCausalLM, Qwen2ForCausalLM and Qwen3ForCausalLM are"),
        };
    }

    private static Architecture ReadModelType(JsonFields fields) => fields.Text("model_type") switch
    {
        "llama" => Architecture.Llama,
        "mistral" => Architecture.Mistral,
        "qwen2" => Architecture.Qwen2,
        "qwen3" => Architecture.Qwen3,
        var other => throw new RefusedException("model_type", $"'{other}' is not supported; llama, mistral, qwen2 and qwen3 are"),
    };

    private static void RefuseUnsupported(JsonFields fields)
    {
        if (fields.TextOrNull("hidden_act") is { } activation && activation is not ("silu" or "swish"))
        {
            throw new RefusedException("hidden_act", $"'{activation}' is not supported; silu is");
        }

        if (fields.Flag("mlp_bias", otherwise: false))
        {
            throw new RefusedException("mlp_bias", "biases in the feed-forward layers are not supported");
        }

        if (fields.Has("quantization_config"))
        {
            throw new RefusedException("quantization_config", "quantised checkpoints are not supported; BF16, F16 and F32 weights are");
        }

        if (fields.NumberOrNull("partial_rotary_factor", 0, 1) is { } rotary && rotary != 1)
        {
            throw new RefusedException("partial_rotary_factor", "partial rotation is not supported; 1.0 is");
        }
    }

    private static int ReadHeadDim(JsonFields fields, Architecture architecture, int hidden, int heads)
    {
        var stated = fields.Int32OrNull("head_dim", 1, 4_096);

        // Qwen3's configuration class defaults to 128 whatever the hidden size; the others derive it.
        if (stated is null && architecture is not Architecture.Qwen3 && hidden % heads != 0)
        {
            throw new RefusedException("num_attention_heads", $"must divide hidden_size ({hidden}) where head_dim is absent, and is {heads}");
        }

        var headDim = stated ?? (architecture is Architecture.Qwen3 ? 128 : hidden / heads);
        return headDim % 2 == 0
            ? headDim
            : throw new RefusedException("head_dim", $"must be even for rotary embeddings, and is {headDim}");
    }

    private static int ReadMaxPositions(JsonFields fields, Architecture architecture)
    {
        var positions = fields.Int32("max_position_embeddings", 1, MaxContext);
        var slides = architecture switch
        {
            Architecture.Mistral => true,
            Architecture.Qwen2 or Architecture.Qwen3 => fields.Flag("use_sliding_window", otherwise: false),
            _ => false,
        };

        return slides && fields.Int32OrNull("sliding_window", 1, int.MaxValue) is { } window
            ? Math.Min(positions, window)
            : positions;
    }

    private static int? TokenId(JsonFields fields, string name, int vocabulary) => fields.Int32OrNull(name, -1, vocabulary - 1) switch
    {
        // Some configurations write "no padding token" as -1.
        null or -1 => null,
        var id => id,
    };

    private static ImmutableArray<int> TokenIds(JsonFields fields, string name, int vocabulary)
    {
        if (fields.Find(name) is not { ValueKind: JsonValueKind.Array })
        {
            return TokenId(fields, name, vocabulary) is { } single ? [single] : [];
        }

        return [.. fields.Items(name).Select(id => JsonFields.ToInt32(id.Element, id.Path, 0, vocabulary - 1)).Distinct()];
    }
}
