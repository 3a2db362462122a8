using System.Diagnostics;
using System.Text;
using LoraFaaS.Checkpoints;
using LoraFaaS.Checkpoints.Outcomes;
using LoraFaaS.Checkpoints.Templates;
using LoraFaaS.Checkpoints.Tokenization;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.Controller.Backbones;

/// <summary>Reads all of a checkpoint that can be wrong: configuration, every tensor's shape and type, tokenizer, chat template; then its digest.</summary>
internal static class CheckpointInspector
{
    public static async Task<Reading<BackboneRecord>> InspectAsync(BackboneName name, string path, DateTimeOffset now, CancellationToken cancellationToken)
    {
        switch (Checkpoint.Open(path))
        {
            case Reading<Checkpoint>.Refused refused:
                return new Reading<BackboneRecord>.Refused(refused.Why);
            case Reading<Checkpoint>.Accepted { Value: var checkpoint }:
                using (checkpoint)
                {
                    return await InspectAsync(name, checkpoint, now, cancellationToken);
                }

            default:
                throw new UnreachableException();
        }
    }

    private static async Task<Reading<BackboneRecord>> InspectAsync(
        BackboneName name, Checkpoint checkpoint, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (CheckTexts(checkpoint) is { } wrong)
        {
            return new Reading<BackboneRecord>.Refused(wrong);
        }

        if (checkpoint.ReadText(CheckpointFiles.Config) is not Reading<ReadOnlyMemory<byte>?>.Accepted { Value: { } config })
        {
            return Reading.Refuse<BackboneRecord>(CheckpointFiles.Config, "cannot be read any more");
        }

        var digest = await CheckpointDigest.ComputeAsync(checkpoint.Folder, cancellationToken);

        return digest switch
        {
            Reading<byte[]>.Refused refused => new Reading<BackboneRecord>.Refused(refused.Why),
            Reading<byte[]>.Accepted accepted => Reading.Accept(new BackboneRecord
            {
                Name = name,
                Digest = Digest.FromHash(accepted.Value),
                Path = checkpoint.Folder,
                ConfigJson = Encoding.UTF8.GetString(config.Span),
                Architecture = $"{checkpoint.Config.Architecture}ForCausalLM",
                Parameters = checkpoint.Tensors.Tensors.Values.Sum(tensor => tensor.ElementCount),
                ContextLength = checkpoint.Config.MaxPositions,
                VocabularySize = checkpoint.Config.VocabSize,
                CreatedAt = now,
            }),
            _ => throw new UnreachableException(),
        };
    }

    /// <summary>What turns text into tokens and back. Null: all of it can be used.</summary>
    private static Refusal? CheckTexts(Checkpoint checkpoint)
    {
        if (!TryRead(checkpoint, CheckpointFiles.Tokenizer, out var tokenizer, out var refusal)
            || !TryRead(checkpoint, CheckpointFiles.TokenizerConfig, out var config, out refusal))
        {
            return refusal;
        }

        if (tokenizer is null)
        {
            return new Refusal(CheckpointFiles.Tokenizer, "is missing from the checkpoint folder");
        }

        return Tokenizer.Load(tokenizer.Value, config) switch
        {
            Reading<Tokenizer>.Refused refused => refused.Why,
            Reading<Tokenizer>.Accepted accepted => CheckTemplate(checkpoint, accepted.Value.Config),
            _ => throw new UnreachableException(),
        };
    }

    /// <summary>A file of its own goes before the tokenizer's setting, as in the reference. A checkpoint may have neither: then it is called raw.</summary>
    private static Refusal? CheckTemplate(Checkpoint checkpoint, TokenizerConfig config)
    {
        if (!TryRead(checkpoint, CheckpointFiles.ChatTemplate, out var file, out var refusal))
        {
            return refusal;
        }

        var main = file is { } content ? Encoding.UTF8.GetString(content.Span) : config.ChatTemplate;

        return config.NamedTemplates.Values.Append(main)
            .OfType<string>()
            .Select(ChatTemplate.Compile)
            .OfType<Reading<ChatTemplate>.Refused>()
            .FirstOrDefault()?.Why;
    }

    private static bool TryRead(Checkpoint checkpoint, string name, out ReadOnlyMemory<byte>? content, out Refusal? refusal)
    {
        var reading = checkpoint.ReadText(name);
        content = reading is Reading<ReadOnlyMemory<byte>?>.Accepted accepted ? accepted.Value : null;
        refusal = reading is Reading<ReadOnlyMemory<byte>?>.Refused refused ? refused.Why : null;
        return refusal is null;
    }
}
