using System.Globalization;
using System.Text;
using LoraFaaS.Checkpoints;
using LoraFaaS.Checkpoints.Configuration;
using LoraFaaS.Checkpoints.Peft;
using LoraFaaS.Checkpoints.Safetensors;
using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Worker.Rehearsals;

/// <summary>
/// What is loaded in a rehearsal: a checkpoint of a hundred kilobytes, and adapters for it as they lie in the disk cache. All weights are zero; everything else is as in those
/// that people make.
/// </summary>
/// <param name="Folder">The checkpoint's.</param>
/// <param name="Backbone">Its digest.</param>
/// <param name="Adapters">Each with its bytes on disk; no two are alike.</param>
internal sealed record RehearsalArtifacts(string Folder, Digest Backbone, IReadOnlyList<(Digest Digest, long Bytes)> Adapters)
{
    private const string BackboneConfig = """
        {"architectures":["LlamaForCausalLM"],"model_type":"llama","hidden_size":64,"intermediate_size":128,"num_hidden_layers":2,"num_attention_heads":4,
         "num_key_value_heads":2,"head_dim":16,"vocab_size":64,"max_position_embeddings":128,"rms_norm_eps":1e-5,"rope_theta":10000.0,"tie_word_embeddings":true,
         "hidden_act":"silu","torch_dtype":"bfloat16","bos_token_id":0,"eos_token_id":1}
        """;

    private static readonly string[] Targets = ["q_proj", "v_proj", "down_proj"];

    /// <param name="data">A worker's data folder that nobody uses yet.</param>
    /// <param name="adapters">How many.</param>
    /// <param name="cancellationToken">Ends the making.</param>
    public static async Task<RehearsalArtifacts> MakeAsync(string data, int adapters, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(Path.Combine(data, "backbone")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, CheckpointFiles.Config), BackboneConfig, cancellationToken);
        var config = Checkpoint.ReadConfig(folder).ValueOrThrow();
        await File.WriteAllBytesAsync(Path.Combine(folder, CheckpointFiles.Weights), Zeros(BackboneTensors.Required(config).Select(tensor => (tensor.Name, tensor.Shape.AsEnumerable()))), cancellationToken);
        var digest = Digest.FromHash((await CheckpointDigest.ComputeAsync(folder, cancellationToken)).ValueOrThrow());
        var artifacts = Directory.CreateDirectory(Path.Combine(data, "artifacts")).FullName;
        List<(Digest, long)> made = [];

        for (var number = 1; number <= adapters; number++)
        {
            using var archive = new MemoryStream();
            var weights = Zeros(AdapterTensors(config, number));
            await AdapterArchive.WriteAsync(Encoding.UTF8.GetBytes(AdapterConfigOf(number)), new MemoryStream(weights), weights.Length, archive, cancellationToken);
            var adapter = Digest.OfBytes(archive.ToArray());
            await File.WriteAllBytesAsync(Path.Combine(artifacts, adapter.Hex), archive.ToArray(), cancellationToken);
            made.Add((adapter, archive.Length));
        }

        return new RehearsalArtifacts(folder, digest, made);
    }

    private static string AdapterConfigOf(int rank) => string.Create(CultureInfo.InvariantCulture, $$"""
        {"peft_type":"LORA","task_type":"CAUSAL_LM","base_model_name_or_path":"rehearsal","bias":"none","fan_in_fan_out":false,"inference_mode":true,"init_lora_weights":true,
         "lora_alpha":8,"lora_dropout":0.0,"r":{{rank}},"rank_pattern":{},"alpha_pattern":{},"target_modules":["{{string.Join("\",\"", Targets)}}"],"use_dora":false,"use_rslora":false}
        """);

    private static IEnumerable<(string Name, IEnumerable<long> Shape)> AdapterTensors(ModelConfig config, int rank) =>
        from layer in Enumerable.Range(0, config.Layers)
        from module in AdapterModules.All
        where Targets.Contains(module.ShortName)
        from tensor in ((string, IEnumerable<long>)[])
        [
            ($"base_model.model.{module.FullName(layer)}.lora_A.weight", [rank, module.InFeatures(config)]),
            ($"base_model.model.{module.FullName(layer)}.lora_B.weight", [module.OutFeatures(config), rank]),
        ]
        select tensor;

    /// <summary>A safetensors file whose weights, bf16, are all zero.</summary>
    private static byte[] Zeros(IEnumerable<(string Name, IEnumerable<long> Shape)> tensors)
    {
        var header = new StringBuilder("{");
        var end = 0L;

        foreach (var (name, shape) in tensors)
        {
            var sides = shape.ToList();
            var begin = end;
            end += 2 * sides.Aggregate(1L, (product, side) => product * side);
            header.Append(CultureInfo.InvariantCulture, $"{(begin > 0 ? "," : "")}\"{name}\":{{\"dtype\":\"BF16\",\"shape\":[{string.Join(',', sides)}],\"data_offsets\":[{begin},{end}]}}");
        }

        var json = Encoding.UTF8.GetBytes(header.Append('}').ToString());
        var file = new byte[sizeof(long) + json.Length + end];
        BitConverter.TryWriteBytes(file, (long)json.Length);
        json.CopyTo(file, sizeof(long));
        return file;
    }
}
