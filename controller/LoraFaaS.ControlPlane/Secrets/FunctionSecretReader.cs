using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.ControlPlane.Secrets;

/// <summary>
/// The one place that gives out secrets' values, and the environment variables beside them: those that a revision with code names, to the worker that is about to run it. A revision without code, or
/// a name that the revision does not hold, gets nothing.
/// </summary>
public sealed class FunctionSecretReader(ICatalogueStore catalogue, ISecretStore secrets, SecretSealer sealer)
{
    public async Task<CodeSettings> ReadAsync(FunctionId function, int revision, CancellationToken cancellationToken)
    {
        if (await catalogue.FindFunctionAsync(function, cancellationToken) is not { } record
            || record.Revisions.FirstOrDefault(candidate => candidate.Number == revision)?.Code is not { } code)
        {
            return new CodeSettings.Refused(new Problem(ErrorCode.FunctionNotFound, $"function {function} has no revision {revision} with code"));
        }

        var values = new Dictionary<string, byte[]>(StringComparer.Ordinal);

        foreach (var name in code.Secrets)
        {
            if (await secrets.FindAsync(function.Namespace, name, cancellationToken) is not { } secret)
            {
                return new CodeSettings.Refused(new Problem(ErrorCode.SecretNotFound, $"secret \"{name}\", which {function} needs, does not exist in namespace \"{function.Namespace}\""));
            }

            if (sealer.TryOpen(secret, out var value) is not SealOpening.Opened)
            {
                return new CodeSettings.Refused(new Problem(ErrorCode.ControllerUnavailable, $"secret \"{name}\" cannot be opened with the keys this controller has"));
            }

            values[name.Value] = value;
        }

        return new CodeSettings.Given(values, code.Environment);
    }
}
