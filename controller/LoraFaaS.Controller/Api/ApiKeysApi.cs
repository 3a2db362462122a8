using System.Diagnostics;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.ControlPlane.Keys;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Controller.Audit;
using LoraFaaS.Controller.Problems;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Controller.Api;

/// <summary><c>/api/v1/keys</c>: a key's text is in the answer that issues it and never again.</summary>
internal sealed class ApiKeysApi(ApiKeyRegistry keys, FunctionRegistry functions, TimeProvider time, IOptions<ControllerOptions> options)
{
    public async Task ListAsync(HttpContext context)
    {
        NamespaceName? only = null;

        if (context.Request.Query["namespace"].LastOrDefault() is { Length: > 0 })
        {
            var (@namespace, problem) = await NamespaceQuery.ReadAsync(context.Request, functions, context.RequestAborted);

            if (problem is not null)
            {
                await context.WriteProblemAsync(problem);
                return;
            }

            only = @namespace;
        }

        var now = time.GetUtcNow();
        List<ApiKeyInfo> list = [.. (await keys.ListAsync(only, context.RequestAborted)).Select(key => Info(key, now))];
        await context.WriteJsonAsync(list, ContractsJson.Default.ListApiKeyInfo);
    }

    public async Task IssueAsync(HttpContext context)
    {
        var (body, problem) = await JsonBody.ReadAsync<ApiKeyRequest>(context.Request, options.Value.MaxJsonBytes, context.RequestAborted);

        if (problem is not null)
        {
            await context.WriteProblemAsync(problem);
            return;
        }

        var (@namespace, unknown) = await NamespaceQuery.CheckAsync(body!.Namespace, functions, context.RequestAborted);
        AuditNote.Set(context, "key.create", $"{body.Name} for {body.Namespace ?? NamespaceName.Default.Value}");

        if (unknown is not null)
        {
            await context.WriteProblemAsync(unknown);
            return;
        }

        await AnswerAsync(context, "key.create", await keys.IssueAsync(@namespace, body, context.RequestAborted), StatusCodes.Status201Created);
    }

    public async Task RotateAsync(HttpContext context)
    {
        ApiKeyRotation? body = null;
        Problem? problem = null;

        if (context.Request.ContentLength is not 0 && context.Request.ContentType is not null)
        {
            (body, problem) = await JsonBody.ReadAsync<ApiKeyRotation>(context.Request, options.Value.MaxJsonBytes, context.RequestAborted);
        }

        AuditNote.Set(context, "key.rotate", IdOf(context));
        var longest = (int)ApiKeyRegistry.LongestGrace.TotalSeconds;
        problem ??= body?.GraceSeconds is < 0 || body?.GraceSeconds > longest
            ? new Problem(ErrorCode.InvalidRequest, $"a whole number from 0 to {longest} is required", "graceSeconds")
            : null;

        if (problem is not null)
        {
            await context.WriteProblemAsync(problem);
            return;
        }

        var grace = body?.GraceSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : ApiKeyRegistry.DefaultGrace;
        await ChangeAsync(context, "key.rotate", id => keys.RotateAsync(id, grace, context.RequestAborted));
    }

    public Task RevokeAsync(HttpContext context)
    {
        AuditNote.Set(context, "key.revoke", IdOf(context));
        return ChangeAsync(context, "key.revoke", id => keys.RevokeAsync(id, context.RequestAborted));
    }

    private static async Task ChangeAsync(HttpContext context, string action, Func<ApiKeyId, Task<ApiKeyWrite>> change)
    {
        if (!ApiKeyId.TryParse(IdOf(context), out var id))
        {
            await context.WriteProblemAsync(new Problem(ErrorCode.NotFound, $"no API key {OneLine.Quote(IdOf(context))}"));
            return;
        }

        await AnswerAsync(context, action, await change(id), StatusCodes.Status200OK);
    }

    private static string IdOf(HttpContext context) => (string)context.Request.RouteValues["name"]!;

    private static Task AnswerAsync(HttpContext context, string action, ApiKeyWrite write, int success)
    {
        switch (write)
        {
            case ApiKeyWrite.Issued issued:
                AuditNote.Set(context, action, $"{issued.Key.Id} ({issued.Key.Name}) for {issued.Key.Namespace}");
                context.Response.StatusCode = success;
                return context.WriteJsonAsync(new ApiKeyIssued(Info(issued.Key, issued.Key.Secrets[0].CreatedAt), issued.Text), ContractsJson.Default.ApiKeyIssued);
            case ApiKeyWrite.Revoked:
                context.Response.StatusCode = StatusCodes.Status202Accepted;
                return Task.CompletedTask;
            case ApiKeyWrite.Refused refused:
                return context.WriteProblemAsync(refused.Problem);
            default:
                throw new UnreachableException();
        }
    }

    private static ApiKeyInfo Info(ApiKeyRecord key, DateTimeOffset now) => new()
    {
        Id = key.Id.Value,
        Name = key.Name,
        Namespace = key.Namespace.Value,
        Functions = [.. key.Functions.Select(function => function.Value)],
        Limits = key.Limits,
        Priority = key.Priority?.ToWord(),
        CreatedAt = key.CreatedAt,
        ExpiresAt = key.ExpiresAt,
        LiveSecrets = key.ExpiresAt <= now ? 0 : key.Secrets.Count(secret => secret.ExpiresAt is null || secret.ExpiresAt > now),
    };
}
