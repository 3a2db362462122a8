using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.ControlPlane.Secrets;

/// <summary>
/// Takes secrets in, sealed, and says which there are. Nothing here gives a value out: they are for functions' own code, in the handler
/// that runs it (<see cref="FunctionSecretReader"/>), and an adapter alone has none.
/// </summary>
public sealed class SecretRegistry(ISecretStore secrets, SecretSealer sealer, TimeProvider time)
{
    /// <summary>A certificate chain with its key is some 10 kB. The text and its base64 must both fit a control request of 1 MiB.</summary>
    public const int MaxBytes = 256 << 10;

    /// <summary>Writers of one secret seldom meet.</summary>
    private const int MaxStaleReads = 10;

    /// <summary>Null when it is done.</summary>
    public async Task<Problem?> CreateAsync(NamespaceName @namespace, SecretName name, ReadOnlyMemory<byte> value, CancellationToken cancellationToken)
    {
        if (CheckValue(value) is { } problem)
        {
            return problem;
        }

        var now = time.GetUtcNow();
        var record = new SecretRecord
        {
            Namespace = @namespace,
            Name = name,
            Generation = 1,
            Value = sealer.Seal(@namespace, name, value.Span),
            CreatedAt = now,
            UpdatedAt = now,
        };

        return await secrets.CreateAsync(record, cancellationToken) is CatalogueWrite.Exists
            ? new Problem(ErrorCode.AlreadyExists, $"secret \"{name}\" already exists in namespace \"{@namespace}\"", "name")
            : null;
    }

    /// <summary>Null when it is done.</summary>
    public async Task<Problem?> UpdateAsync(NamespaceName @namespace, SecretName name, ReadOnlyMemory<byte> value, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MaxStaleReads; attempt++)
        {
            if (await secrets.FindAsync(@namespace, name, cancellationToken) is not { } current)
            {
                return NotFound(@namespace, name);
            }

            if (CheckValue(value) is { } problem)
            {
                return problem;
            }

            var changed = current with
            {
                Generation = current.Generation + 1,
                Value = sealer.Seal(@namespace, name, value.Span),
                UpdatedAt = time.GetUtcNow(),
            };

            switch (await secrets.UpdateAsync(changed, cancellationToken))
            {
                case CatalogueWrite.Done:
                    return null;
                case CatalogueWrite.NotFound:
                    return NotFound(@namespace, name);
                default:
                    continue;
            }
        }

        return new Problem(ErrorCode.Conflict, $"secret \"{name}\" is being changed by others; try again");
    }

    /// <summary>Null when it is done. Functions that name it stay as they are and cannot be deployed again until it is back.</summary>
    public async Task<Problem?> RemoveAsync(NamespaceName @namespace, SecretName name, CancellationToken cancellationToken) =>
        await secrets.DeleteAsync(@namespace, name, cancellationToken) is CatalogueWrite.NotFound ? NotFound(@namespace, name) : null;

    public ValueTask<IReadOnlyList<SecretRecord>> ListAsync(NamespaceName @namespace, CancellationToken cancellationToken) =>
        secrets.ListAsync(@namespace, cancellationToken);

    /// <summary>Null when every name is a secret of the namespace.</summary>
    public async Task<Problem?> CheckNamedAsync(NamespaceName @namespace, IReadOnlyList<string>? names, CancellationToken cancellationToken)
    {
        foreach (var text in names ?? [])
        {
            if (!SecretName.TryParse(text, out var name) || await secrets.FindAsync(@namespace, name, cancellationToken) is null)
            {
                return new Problem(ErrorCode.SecretNotFound, $"secret {OneLine.Quote(text)} does not exist in namespace \"{@namespace}\"", "secrets");
            }
        }

        return null;
    }

    public static Problem NotFound(NamespaceName @namespace, SecretName name) =>
        new(ErrorCode.NotFound, $"secret \"{name}\" not found in namespace \"{@namespace}\"");

    private Problem? CheckValue(ReadOnlyMemory<byte> value)
    {
        if (!sealer.CanSeal)
        {
            return new Problem(ErrorCode.ControllerUnavailable, "secrets cannot be stored: the controller was started without Controller:SecretsKeyFile");
        }

        return value.Length switch
        {
            0 => new Problem(ErrorCode.InvalidRequest, "a value is required", "value"),
            > MaxBytes => new Problem(ErrorCode.BodyTooLarge, $"{value.Length} bytes, at most {MaxBytes} are allowed", "value"),
            _ => null,
        };
    }
}
