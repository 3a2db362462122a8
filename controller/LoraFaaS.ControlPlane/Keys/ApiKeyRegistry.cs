using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.ControlPlane.Keys;

/// <summary>Issues, rotates and revokes API keys. Gateways learn of each change by the route watch, in milliseconds while it is open.</summary>
public sealed class ApiKeyRegistry(IApiKeyStore keys, CatalogueNews news, TimeProvider time)
{
    /// <summary>Long enough to change a key in every place that uses it, short enough that a lost one ends.</summary>
    public static readonly TimeSpan DefaultGrace = TimeSpan.FromDays(1);

    public static readonly TimeSpan LongestGrace = TimeSpan.FromDays(30);

    private const int MaxStaleReads = 10;

    /// <summary>The namespace is known to exist.</summary>
    public async Task<ApiKeyWrite> IssueAsync(NamespaceName @namespace, ApiKeyRequest request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();

        if (ApiKeyRequestReader.Check(request, now, out var functions) is { } problem)
        {
            return new ApiKeyWrite.Refused(problem);
        }

        var id = ApiKeyText.NewId();
        var (text, secret) = NewSecret(id, now);
        var record = new ApiKeyRecord
        {
            Id = id,
            Generation = 1,
            Name = request.Name!,
            Namespace = @namespace,
            Functions = functions,
            Limits = request.Limits ?? ApiKeyLimits.None,
            Priority = FunctionPriorities.TryParse(request.Priority, out var priority) ? priority : null,
            Secrets = [secret],
            CreatedAt = now,
            ExpiresAt = request.ExpiresAt,
        };

        // Ids are 64 random bits: two alike are not expected, and are not papered over.
        return await keys.CreateAsync(record, cancellationToken) is CatalogueWrite.Done
            ? await IssuedAsync(record, text, cancellationToken)
            : new ApiKeyWrite.Refused(new Problem(ErrorCode.Conflict, "the new key's id is taken; try again"));
    }

    /// <summary>A new text; the one before it goes on for the grace time, any older one ends now.</summary>
    public async Task<ApiKeyWrite> RotateAsync(ApiKeyId id, TimeSpan grace, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MaxStaleReads; attempt++)
        {
            if (await keys.FindAsync(id, cancellationToken) is not { } current)
            {
                return NotFound(id);
            }

            var now = time.GetUtcNow();
            var (text, secret) = NewSecret(id, now);
            ApiKeySecret[] before = grace > TimeSpan.Zero ? [current.Secrets[0] with { ExpiresAt = now + grace }] : [];
            var changed = current with { Generation = current.Generation + 1, Secrets = [secret, .. before] };

            switch (await keys.UpdateAsync(changed, cancellationToken))
            {
                case CatalogueWrite.Done:
                    return await IssuedAsync(changed, text, cancellationToken);
                case CatalogueWrite.NotFound:
                    return NotFound(id);
                default:
                    continue;
            }
        }

        return new ApiKeyWrite.Refused(new Problem(ErrorCode.Conflict, $"key {id} is being changed by others; try again"));
    }

    public async Task<ApiKeyWrite> RevokeAsync(ApiKeyId id, CancellationToken cancellationToken)
    {
        if (await keys.DeleteAsync(id, cancellationToken) is not CatalogueWrite.Done)
        {
            return NotFound(id);
        }

        await news.PublishAsync(cancellationToken);
        return new ApiKeyWrite.Revoked();
    }

    /// <summary>Of one namespace, or of all when null.</summary>
    public async Task<IReadOnlyList<ApiKeyRecord>> ListAsync(NamespaceName? @namespace, CancellationToken cancellationToken) =>
        [.. (await keys.ListAsync(cancellationToken)).Where(key => @namespace is null || key.Namespace == @namespace)];

    private static (string Text, ApiKeySecret Secret) NewSecret(ApiKeyId id, DateTimeOffset now)
    {
        var text = ApiKeyText.New(id);
        return (text, new ApiKeySecret(Convert.ToHexStringLower(ApiKeyText.Hash(text)), now, null));
    }

    private async Task<ApiKeyWrite> IssuedAsync(ApiKeyRecord key, string text, CancellationToken cancellationToken)
    {
        await news.PublishAsync(cancellationToken);
        return new ApiKeyWrite.Issued(key, text);
    }

    private static ApiKeyWrite.Refused NotFound(ApiKeyId id) => new(new Problem(ErrorCode.NotFound, $"no API key {id}"));
}
