using Microsoft.Extensions.DependencyInjection;

namespace LoraFaaS.ServiceDefaults.Arrivals;

/// <summary>For hosts that account for their requests' time.</summary>
public static class ArrivalExtensions
{
    /// <summary>The HTTP door notes when requests arrive (<see cref="RequestArrival"/>).</summary>
    public static IServiceCollection AddRequestArrival(this IServiceCollection services) => services.AddSingleton<ArrivalDoor>();
}
