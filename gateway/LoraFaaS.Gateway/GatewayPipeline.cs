using LoraFaaS.Gateway.Async;
using LoraFaaS.Gateway.Authentication;
using LoraFaaS.Gateway.Controllers;
using LoraFaaS.Gateway.Functions;
using LoraFaaS.Gateway.Handover;
using LoraFaaS.Gateway.Inference;
using LoraFaaS.Gateway.Knative;
using LoraFaaS.Gateway.Kserve;
using LoraFaaS.Gateway.Lorax;
using LoraFaaS.Gateway.OpenAi;
using LoraFaaS.Gateway.Routing;
using LoraFaaS.Gateway.Ui;
using LoraFaaS.Gateway.Vllm;
using LoraFaaS.ServiceDefaults;

namespace LoraFaaS.Gateway;

/// <summary>
/// The order of the stations. An invocation passes all of them; the control API, the console (Ui), and Vllm's adapter management, leave after authentication.
/// <list type="number">
/// <item>Handover: while this process leaves, each answer says so.</item>
/// <item>Knative: probes are answered from readiness; a function's own host becomes its path.</item>
/// <item>Kserve: its path to OpenAI's API becomes OpenAI's own.</item>
/// <item>Authentication: forged internal headers go, /system and /api need the password, invocations a key where one is asked for.</item>
/// <item>Admission: id, clock, a place among those in flight, and within the key's limits; the body within its limit; the one deadline.</item>
/// <item>Functions (text, JSON, CloudEvents), OpenAi, Lorax, Kserve or Inference (gRPC): the dialect reads what is asked (Requests) and will render what comes back (Rendering).</item>
/// <item>Routing: the name is found in one snapshot of the table.</item>
/// <item>Dispatch: a warm worker by the placement policy, or
/// Activation: one flight per cold revision, bounded waiters.</item>
/// <item>Forwarding: the generation goes to the worker, its events come back one by one; what fails is placed again.</item>
/// <item>Metering: metrics, trace and one line of log, however it ended.</item>
/// </list>
/// Async: a call is handed to the controller's queue after admission; leased from it, it enters again at admission.
/// </summary>
internal static class GatewayPipeline
{
    public static void MapGateway(this WebApplication app)
    {
        app.UseMiddleware<LeavingStation>();
        app.UseMiddleware<ProbeStation>();
        app.UseMiddleware<HostRouteStation>();
        app.UseMiddleware<OpenAiPathStation>();
        app.UseRouting();
        app.UseMiddleware<AuthenticationStation>();
        app.Use(UnknownRoute.InvokeAsync);

        app.MapHostEndpoints();
        app.MapFunctions();
        app.MapAsyncFunctions();
        app.MapOpenAi();
        app.MapLorax();
        app.MapKserve();
        app.MapInference();
        app.MapVllm();
        app.MapController();
        app.MapUi();
    }
}
