using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.Controller.Tests.Support;

/// <summary>Packages by digest and size: valid when it is in here.</summary>
internal sealed class KnownPackages : Dictionary<Digest, long>, ICodeInspector
{
    public Task<CodeInspection> InspectAsync(Digest package, CancellationToken cancellationToken) => Task.FromResult<CodeInspection>(
        TryGetValue(package, out var bytes)
            ? new CodeInspection.Valid(bytes)
            : new CodeInspection.Refused(new Problem(ErrorCode.CodeInvalid, $"no package {package} was pushed")));
}
