using LoraFaaS.ControlPlane.Secrets;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Controller.Secrets;

/// <summary>Puts the key file behind the control plane's sealer. It is read at start, by the service that looks whether secrets need sealing anew.</summary>
internal static class SecretKeyServices
{
    public static IServiceCollection AddSecretKeys(this IServiceCollection services) =>
        services.AddSingleton(provider => SecretKeyFile.Load(provider.GetRequiredService<IOptions<ControllerOptions>>().Value.SecretsKeyFile));
}
